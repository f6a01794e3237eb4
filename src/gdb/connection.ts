import { GuestStoppedError } from '../errors.js';
import { isGroupStopped, readThreads } from '../target/threads.js';
import { attach } from './attach.js';
import { leave } from './leave.js';
import { type RunChange, runChange, saysExec } from './run-state.js';
import type { GdbSession } from './session.js';
import { type Gdb, startGdb } from './start.js';
import { loadPlugin } from './symbols.js';

/** A detach stops and releases every thread; it is never cut short. */
const DETACH_TIMEOUT_MS = 60_000;
const CONTINUE_TIMEOUT_MS = 5_000;

/** What a connection needs to start gdb. */
export interface ConnectionOptions {
  readonly gdbCommand: string;
  /** libinsn.so, open for as long as gdb may have to be started. */
  readonly pluginFd: number;
  readonly pid: number;
  /** The process's start: a pid that is used again is not our guest. */
  readonly startTicks: bigint;
  /** Every line of the conversation, for --verbose. */
  readonly onLine?: (direction: 'sent' | 'received', line: string) => void;
}

/** What a connection tells while it is attached. */
export interface ConnectionEvents {
  onChange(change: RunChange): void;
  /** gdb ended, without being asked to. */
  onGone(how: string): void;
}

/** One gdb and, from `attach` to `leave`, its hold on the guest. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #gdb: Gdb;
  #events: ConnectionEvents | undefined;
  #hold: 'none' | 'attaching' | 'attached' | 'over' = 'none';

  private constructor(options: ConnectionOptions, gdb: Gdb) {
    this.#options = options;
    this.#gdb = gdb;
    gdb.ended.then((how) => {
      if (this.#hold === 'attached') this.#events?.onGone(how);
    });
  }

  /**
   * Starts gdb and gives it libinsn.so. The guest is not touched.
   *
   * @throws GdbUnusableError, GdbRefusedError if gdb can't read the file
   */
  static async open(options: ConnectionOptions): Promise<Connection> {
    let connection: Connection | undefined;
    const gdb = await startGdb(options.gdbCommand, {
      onAsync: (record) => {
        const change = runChange(record);
        if (change !== undefined && connection !== undefined) connection.#tell(change);
      },
      onText: (text) => {
        if (saysExec(text) && connection !== undefined) {
          connection.#tell({ kind: 'ended', end: { kind: 'exec' } });
        }
      },
      ...(options.onLine === undefined ? {} : { onLine: options.onLine }),
    });
    connection = new Connection(options, gdb);
    try {
      await loadPlugin(gdb.session, options.pluginFd, [
        '/usr/lib/debug',
        `/proc/${options.pid}/root/usr/lib/debug`,
      ]);
    } catch (error) {
      await connection.leave();
      throw error;
    }
    return connection;
  }

  get session(): GdbSession {
    return this.#gdb.session;
  }

  get gdbVersion(): string {
    return this.#gdb.version;
  }

  /**
   * @throws GuestStoppedError, untouched; GdbRefusedError, GdbTimeoutError, GdbGoneError, after
   * which `leave` brings the guest back to what it was
   */
  async attach(events: ConnectionEvents): Promise<void> {
    const { pid } = this.#options;
    this.#events = events;
    if (isGroupStopped(await readThreads(pid))) throw new GuestStoppedError(pid);
    this.#hold = 'attaching';
    await attach(this.#gdb, pid);
    this.#hold = 'attached';
  }

  /** Lets a guest go that its owner has stopped, such that it stops. */
  async release(): Promise<void> {
    this.#hold = 'over';
    try {
      await this.#gdb.session.send('-target-detach', DETACH_TIMEOUT_MS);
    } catch {
      // gdb died or hangs: its end releases the guest as well.
    }
    this.#gdb.kill();
    await this.#gdb.ended;
  }

  /** Ends gdb such that the guest runs on. */
  async leave(): Promise<void> {
    const held = this.#hold !== 'none';
    this.#hold = 'over';
    await leave(this.#gdb, held ? this.#options : undefined);
  }

  #tell(change: RunChange): void {
    if (this.#hold !== 'attached' && this.#hold !== 'attaching') return;
    if (change.kind === 'stopped-by-us') {
      // Nothing that we do stops the guest. If something did all the same, it runs on at once.
      this.#gdb.session.send('-exec-continue', CONTINUE_TIMEOUT_MS).catch(() => {});
    }
    this.#events?.onChange(change);
  }
}
