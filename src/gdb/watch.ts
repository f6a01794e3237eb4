import { setTimeout as sleep } from 'node:timers/promises';
import type { ElfFile } from '../elf/elf.js';
import { GuestStoppedError, NoSuchProcessError, SamplingFailedError } from '../errors.js';
import { type Counters, type Memory, UnreadableCountersError } from '../layout/layout.js';
import type { Clock } from '../sampler/clock.js';
import type { GuestEnd, ReadOutcome } from '../sampler/reading.js';
import { explainRefusal } from '../target/permission.js';
import { readProcess, readStartTicks } from '../target/proc.js';
import { passOnMissedContinue } from '../target/resume.js';
import { hasEnded, isGroupStopped, readThreads } from '../target/threads.js';
import { Connection, type ConnectionEvents, type ConnectionOptions } from './connection.js';
import { GdbRefusedError, GdbTimeoutError, isGdbFailure } from './failure.js';
import { GuestMemory } from './guest-memory.js';
import type { RunChange } from './run-state.js';
import type { GdbSession } from './session.js';

/** Sessions that failed in a row, without one good read between them. */
const FAILURES_ALLOWED = 3;
/** Reads in a row that found no counters where they were. */
const UNREADABLE_ALLOWED = 10;
/** How often a guest that its owner stopped is looked at. */
const STOPPED_POLL_MS = 20;
/** A read can fail a little before the record of the guest's exit arrives. */
const END_GRACE_MS = 200;

export interface WatchOptions extends ConnectionOptions {
  readonly clock: Clock;
  /** For people: what went wrong, and that it was mended. */
  readonly onNotice: (text: string) => void;
  /** There is nothing to wait for any more: the next read says why. */
  readonly onOver: () => void;
}

type State =
  | { readonly kind: 'attached'; readonly memory: Memory }
  /** Not attached, for now or not yet; `reason` is what a sample that is due misses its value for. */
  | { readonly kind: 'apart'; readonly reason: string }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'ended'; readonly end: GuestEnd }
  | { readonly kind: 'lost'; readonly reason: string };

/**
 * A guest under watch: one gdb attached to it, replaced when it dies, withdrawn while the
 * guest's owner has the guest stopped. A read never waits for any of that: it says what is.
 */
export class GuestWatch {
  readonly #options: WatchOptions;
  readonly #events: ConnectionEvents = {
    onChange: (change) => this.#onChange(change),
    onGone: (how) => this.#reconnect(how),
  };
  #connection: Connection;
  #state: State = { kind: 'apart', reason: 'not attached yet' };
  #elf: ElfFile | undefined;
  #failures = 0;
  #unreadable = 0;
  #leaving = false;
  /** The reconnection that is under way, if any; never rejects. */
  #reconnecting: Promise<void> = Promise.resolve();

  private constructor(options: WatchOptions, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
  }

  /**
   * Starts gdb and gives it libinsn.so; the guest is not touched.
   *
   * @throws GdbUnusableError, GdbRefusedError if gdb can't read the file
   */
  static async open(options: WatchOptions): Promise<GuestWatch> {
    return new GuestWatch(options, await Connection.open(options));
  }

  /** For questions about the file's symbols. */
  get session(): GdbSession {
    return this.#connection.session;
  }

  get gdbVersion(): string {
    return this.#connection.gdbVersion;
  }

  /**
   * Attaches for the first time. The guest is stopped for milliseconds, never longer.
   *
   * @returns the guest's memory, for looks at more than the counters
   * @throws an IcountError that says why it can't be
   */
  async attach(elf: ElfFile): Promise<Memory> {
    this.#elf = elf;
    try {
      await this.#connection.attach(this.#events);
    } catch (error) {
      await this.#connection.leave();
      throw isGdbFailure(error) ? await this.#explain(error) : error;
    }
    const memory = this.#memory(elf);
    if (this.#state.kind === 'apart') this.#state = { kind: 'attached', memory };
    return memory;
  }

  /** Reads the counters, or says why there is nothing to read. */
  async read(counters: Counters): Promise<ReadOutcome> {
    const state = this.#state;
    switch (state.kind) {
      case 'attached':
        return await this.#readCounters(counters, state.memory);
      case 'apart':
        return { kind: 'failed', reason: state.reason };
      case 'stopped':
      case 'ended':
      case 'lost':
        return state;
      default:
        return state satisfies never;
    }
  }

  /** Leaves the guest running. To be called once, whatever happened. */
  async leave(): Promise<void> {
    this.#leaving = true;
    await this.#reconnecting;
    await this.#connection.leave();
  }

  async #readCounters(counters: Counters, memory: Memory): Promise<ReadOutcome> {
    try {
      const reading = await counters.read(memory);
      // Once the guest has ended gdb answers with what the file holds: zeros.
      if (this.#state.kind !== 'attached') return await this.read(counters);
      this.#failures = 0;
      this.#unreadable = 0;
      return { kind: 'reading', reading };
    } catch (error) {
      if (error instanceof UnreadableCountersError)
        return await this.#unreadableNow(counters, error.message);
      if (!isGdbFailure(error)) throw error;
      if (error instanceof GdbTimeoutError) this.#reconnect(error.message);
      return this.#state.kind === 'attached'
        ? { kind: 'failed', reason: error.message }
        : await this.read(counters);
    }
  }

  async #unreadableNow(counters: Counters, reason: string): Promise<ReadOutcome> {
    await this.#endSeenWithin(END_GRACE_MS);
    if (this.#state.kind !== 'attached') return await this.read(counters);
    this.#unreadable += 1;
    if (this.#unreadable >= UNREADABLE_ALLOWED) this.#end({ kind: 'lost', reason });
    return { kind: 'failed', reason };
  }

  /** Waits for the record of an end that /proc shows already. */
  async #endSeenWithin(graceMs: number): Promise<void> {
    const giveUpAt = performance.now() + graceMs;
    while (this.#state.kind === 'attached' && (await this.#guestHasEnded())) {
      if (performance.now() > giveUpAt) this.#end({ kind: 'ended', end: { kind: 'gone' } });
      await sleep(2);
    }
  }

  #end(state: Extract<State, { kind: 'ended' | 'lost' }>): void {
    this.#state = state;
    this.#options.onOver();
  }

  #onChange(change: RunChange): void {
    switch (change.kind) {
      case 'ended':
        // The first record of a death by signal does not name the signal, the second does.
        if (this.#state.kind === 'ended' && this.#state.end.kind !== 'gone') return;
        this.#end({ kind: 'ended', end: change.end });
        return;
      case 'stopped-by-owner':
        this.#standBack();
        return;
      case 'stopped-by-us':
        this.#options.onNotice('gdb stopped the guest without being asked to; it was resumed');
        return;
      default:
        change satisfies never;
    }
  }

  /** The guest's owner stopped it: let it go, so that it stops, and come back when it runs. */
  #standBack(): void {
    if (this.#state.kind === 'ended' || this.#leaving) return;
    this.#state = { kind: 'stopped' };
    this.#reconnecting = (async () => {
      await this.#connection.release();
      await passOnMissedContinue(this.#options.pid);
      await this.#attachAgain();
    })();
  }

  /** gdb is gone, or of no use any more: another takes its place. */
  #reconnect(reason: string): void {
    if (this.#state.kind !== 'attached' || this.#leaving) return;
    this.#state = { kind: 'apart', reason };
    this.#reconnecting = (async () => {
      await this.#connection.leave();
      this.#failures += 1;
      await this.#attachAgain();
    })();
  }

  /** Tries until it is attached, the guest is gone, or it has failed too often. */
  async #attachAgain(): Promise<void> {
    while (!this.#leaving) {
      if (await this.#guestHasEnded()) {
        this.#end({ kind: 'ended', end: { kind: 'gone' } });
        return;
      }
      if (isGroupStopped(await readThreads(this.#options.pid))) {
        this.#state = { kind: 'stopped' };
        await sleep(STOPPED_POLL_MS);
        continue;
      }
      if (this.#failures >= FAILURES_ALLOWED) {
        const reason = this.#state.kind === 'apart' ? this.#state.reason : 'gdb failed';
        this.#end({
          kind: 'lost',
          reason: `gdb failed ${this.#failures} times in a row, last: ${reason}`,
        });
        return;
      }
      if (await this.#tryAttach()) return;
    }
  }

  async #tryAttach(): Promise<boolean> {
    const reason = this.#state.kind === 'apart' ? this.#state.reason : undefined;
    let connection: Connection | undefined;
    try {
      connection = await Connection.open(this.#options);
      this.#connection = connection;
      await connection.attach(this.#events);
      if (this.#elf === undefined) throw new Error('attached again before the first time');
      this.#state = { kind: 'attached', memory: this.#memory(this.#elf) };
      if (reason !== undefined) this.#options.onNotice(`${reason}; attached again with a new gdb`);
      return true;
    } catch (error) {
      await connection?.leave();
      if (error instanceof GuestStoppedError) return false;
      this.#failures += 1;
      this.#state = {
        kind: 'apart',
        reason: error instanceof Error ? error.message : String(error),
      };
      return false;
    }
  }

  #memory(elf: ElfFile): Memory {
    return new GuestMemory(this.#connection.session, elf, this.#options.clock);
  }

  async #guestHasEnded(): Promise<boolean> {
    const { pid, startTicks } = this.#options;
    if ((await readStartTicks(pid)) !== startTicks) return true;
    return hasEnded(await readThreads(pid));
  }

  /** What the failure of the first attach means to the user. */
  async #explain(error: Error): Promise<Error> {
    const { pid } = this.#options;
    if (await this.#guestHasEnded()) {
      return new NoSuchProcessError(pid, 'ended while we attached to it');
    }
    if (error instanceof GdbRefusedError && /not permitted|already traced/.test(error.message)) {
      return await explainRefusal(await readProcess(pid));
    }
    return new SamplingFailedError(
      `gdb can't attach to process ${pid}: ${error.message}`,
      'see the conversation with gdb with --verbose',
    );
  }
}
