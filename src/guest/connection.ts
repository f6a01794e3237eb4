import { setTimeout as sleep } from 'node:timers/promises';
import type { MonotonicNs } from '../clock.js';
import { GuestFrozenError, GuestStoppedError } from '../errors.js';
import { attach } from '../gdb/attach.js';
import { leave } from '../gdb/leave.js';
import { runChange } from '../gdb/run-state.js';
import { CUT_SHORT, SAMPLER_CLASS } from '../gdb/sampler-record.js';
import type { AsyncRecord, GdbSession, SessionEvents } from '../gdb/session.js';
import { type Gdb, type GdbFacts, startGdb } from '../gdb/start.js';
import { loadPlugin } from '../gdb/symbols.js';
import { frozenCgroup } from '../proc/cgroup.js';
import { alreadyTraced } from '../proc/permission.js';
import { isGroupStopped, readThreads, threadToTrace, tracerOf } from '../proc/threads.js';
import type { GuestEnd } from '../sampler/reading.js';
import { endedMeanwhile, howGuestEnded, isSameProcess } from './guest-end.js';
import { STOPPED_POLL_MS } from './standstill.js';

const CONTINUE_TIMEOUT_MS = 5_000;

/** What a connection needs to start gdb. */
export interface ConnectionOptions {
  readonly gdbCommand: string;
  /** The plugin, open for as long as gdb may have to be started. */
  readonly pluginFd: number;
  readonly pid: number;
  /** The process's start: a pid that is used again is not our guest. */
  readonly startTicks: bigint;
  /** For people: what went wrong, and that it was mended. */
  readonly onNotice: (text: string) => void;
  /** Every line of the conversation, for --verbose. */
  readonly onLine: SessionEvents['onLine'];
}

/** Why nothing more comes over a connection. */
export type ConnectionEnd =
  /** gdb ended, or is of no use any more; the guest may well run. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** The thread that gdb traced has ended, if it was not gdb that has let go of it. */
  | { readonly kind: 'guest-ended' };

/** One gdb and, from `attach` to `leave`, its hold on the guest. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #gdb: Gdb;
  readonly #onOver: (end: ConnectionEnd) => void;
  #end: ConnectionEnd | undefined;
  #guestEnd: GuestEnd = { kind: 'gone' };
  /** The thread that gdb was told to attach to. */
  #tid: number | undefined;
  #isAttached = false;
  #stoppedByOwner = false;
  #stoppedFrom: MonotonicNs | undefined;
  #stoppedUntil: MonotonicNs | undefined;
  #left: Promise<void> | undefined;
  #onSamples: ((record: AsyncRecord) => void) | undefined;

  private constructor(options: ConnectionOptions, gdb: Gdb, onOver: (end: ConnectionEnd) => void) {
    this.#options = options;
    this.#gdb = gdb;
    this.#onOver = onOver;
    gdb.ended.then((how) => this.giveUp(how));
  }

  /**
   * Starts gdb and gives it the plugin. The guest is not touched. `onOver` is told once, at the
   * moment at which it is known.
   *
   * @throws GdbUnusableError; GdbRefusedError if gdb can't read the file; GdbGoneError,
   * GdbTimeoutError
   */
  static async open(
    options: ConnectionOptions,
    onOver: (end: ConnectionEnd) => void,
  ): Promise<Connection> {
    let connection: Connection | undefined;
    const events = {
      onAsync: (record: AsyncRecord) => {
        if (connection !== undefined) connection.#note(record);
      },
      onMalformed: ({ line }: { readonly line: string }) => {
        if (line.startsWith(`+${SAMPLER_CLASS}`)) connection?.giveUp(CUT_SHORT);
      },
      onLine: options.onLine,
    };
    const gdb = await startGdb(options.gdbCommand, events, options.pluginFd);
    connection = new Connection(options, gdb, onOver);
    try {
      await loadPlugin(gdb.session, ['/usr/lib/debug', `/proc/${options.pid}/root/usr/lib/debug`]);
    } catch (error) {
      await connection.leave();
      throw error;
    }
    return connection;
  }

  get session(): GdbSession {
    return this.#gdb.session;
  }

  get gdb(): GdbFacts {
    return this.#gdb;
  }

  /** What gdb's sampler writes goes to this one from now on. */
  onSamples(listener: (record: AsyncRecord) => void): void {
    this.#onSamples = listener;
  }

  /** Set for good once it is over: what gdb answers from then on is not the guest's memory. */
  get end(): ConnectionEnd | undefined {
    return this.#end;
  }

  /** Whether the guest's owner has it stopped, as far as gdb has told. */
  get isStopped(): boolean {
    return this.#stoppedByOwner;
  }

  /** Whether that was so, the last time that it was. */
  wasStoppedAt(moment: MonotonicNs): boolean {
    const [from, until] = [this.#stoppedFrom, this.#stoppedUntil];
    return from !== undefined && moment >= from && (until === undefined || moment < until);
  }

  /** What became of the guest when its thread ended; undefined if it lives and gdb let go of it. */
  async howGuestEnded(): Promise<GuestEnd | undefined> {
    return await howGuestEnded(this.#options, this.#tid, () => this.#guestEnd);
  }

  /**
   * Nothing is done to a guest that is stopped, traced by somebody else, or not the one that we
   * mean any more.
   *
   * @throws NoSuchProcessError, GuestStoppedError, GuestFrozenError, AlreadyTracedError;
   * GuestUnresponsiveError, InterruptedError; GdbRefusedError, GdbTimeoutError, GdbGoneError. `leave` is
   * to be called in any case.
   */
  async attach(signal?: AbortSignal): Promise<void> {
    const { pid } = this.#options;
    const threads = readThreads(pid);
    const tid = threadToTrace(threads, pid);
    if (tid === undefined || !isSameProcess(this.#options)) throw endedMeanwhile(pid);
    if (isGroupStopped(threads)) throw new GuestStoppedError(pid);
    const frozen = frozenCgroup(pid, tid);
    if (frozen !== undefined) throw new GuestFrozenError(pid, frozen.path, frozen.remedy);
    const tracer = tracerOf(threads);
    if (tracer !== undefined) throw await alreadyTraced(pid, tracer);
    this.#tid = tid;
    await attach(this.#gdb, pid, tid, signal);
    this.#isAttached = true;
    // Between that look and gdb's the process may have gone, and its numbers come to another.
    if (!isSameProcess(this.#options)) throw endedMeanwhile(pid);
  }

  /** For the one who finds that gdb is of no use any more. */
  giveUp(reason: string): void {
    this.#finish({ kind: 'failed', reason });
  }

  /** Ends gdb such that the guest runs on, or stays stopped if its owner has it so. */
  leave(): Promise<void> {
    this.#left ??= this.#leave();
    return this.#left;
  }

  async #leave(): Promise<void> {
    this.giveUp('we have left');
    const { pid, startTicks } = this.#options;
    if (this.#tid !== undefined) {
      const target = { pid, startTicks, tid: this.#tid, isAttached: this.#isAttached };
      await leave(this.#gdb, target, this.#stoppedByOwner);
    } else {
      this.#gdb.kill();
      await this.#gdb.ended;
    }
  }

  #finish(end: ConnectionEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#onOver(end);
  }

  #note(record: AsyncRecord): void {
    if (record.class === SAMPLER_CLASS) {
      this.#onSamples?.(record);
      return;
    }
    const change = runChange(record);
    if (change === undefined || this.#left !== undefined) return;
    switch (change.kind) {
      case 'ended':
        // The first record of a death by signal does not name the signal, the second does.
        if (this.#guestEnd.kind === 'gone') this.#guestEnd = change.end;
        this.#finish({ kind: 'guest-ended' });
        return;
      case 'stopped-by-owner':
        if (!this.#stoppedByOwner) void this.#continueWithOwner();
        return;
      case 'stopped-by-us':
        this.#options.onNotice('gdb stopped the guest without being asked to; it was resumed');
        void this.#continue();
        return;
      default:
        change satisfies never;
    }
  }

  /**
   * A stop signal stops the whole process by itself, whoever traces one of its threads; only that
   * thread stays stopped after SIGCONT, until it is told to go on.
   *
   * If that thread itself was the one to take the signal, the process is not stopped yet: it is when
   * the thread goes on, which is reported once more. A SIGCONT in between calls the stop off; the
   * kernel sees to that (JOBCTL_STOP_DEQUEUED in kernel/signal.c).
   */
  async #continueWithOwner(): Promise<void> {
    this.#stoppedByOwner = true;
    this.#guard('stopped');
    this.#stoppedFrom = this.session.lastReceivedAt;
    this.#stoppedUntil = undefined;
    while (isGroupStopped(readThreads(this.#options.pid))) {
      await sleep(STOPPED_POLL_MS);
      if (this.#end !== undefined) return;
    }
    this.#stoppedByOwner = false;
    this.#guard('attached');
    this.#stoppedUntil = process.hrtime.bigint();
    await this.#continue();
  }

  #guard(phase: 'attached' | 'stopped'): void {
    if (this.#tid !== undefined) this.#gdb.guard(phase, this.#options.pid, this.#tid);
  }

  async #continue(): Promise<void> {
    if (this.#end !== undefined) return;
    try {
      await this.#gdb.session.send('-exec-continue', CONTINUE_TIMEOUT_MS);
    } catch (error) {
      this.giveUp(error instanceof Error ? error.message : String(error));
    }
  }
}
