import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.js';
import type { ElfFile } from '../elf/elf.js';
import { GuestStoppedError } from '../errors.js';
import { isGdbFailure, isLossOfGdb } from '../gdb/failure.js';
import type { GdbSession } from '../gdb/session.js';
import { type Counters, UnreadableCountersError } from '../layout/layout.js';
import type { Memory, MemoryRange, MemorySnapshot } from '../memory/memory.js';
import { isGroupStopped, readThreads } from '../proc/threads.js';
import type { ReadOutcome } from '../sampler/reading.js';
import { explainAttachFailure } from './attach-failure.js';
import { connect, FAILURES_ALLOWED, failedTooOften } from './connect.js';
import { Connection, type ConnectionEnd, type ConnectionOptions } from './connection.js';
import { isAlive } from './guest-end.js';
import { GuestMemory } from './guest-memory.js';
import { type WatchState, whyNotAttached } from './watch-state.js';

/** Reads in a row that found no counters where they were. */
const UNREADABLE_ALLOWED = 10;
/** How often a guest that its owner stopped is looked at, while no gdb is attached to it. */
const STOPPED_POLL_MS = 20;

export interface WatchOptions extends ConnectionOptions {
  readonly clock: Clock;
  /** There is nothing to wait for any more: the next read says why. */
  readonly onOver: () => void;
}

/**
 * A guest under watch: one gdb attached to it, replaced when it dies or hangs. Once there has been
 * a reading, a read never waits for that: it says what is.
 */
export class GuestWatch {
  readonly #options: WatchOptions;
  #connection: Connection;
  #elf: ElfFile | undefined;
  #state: WatchState = { kind: 'apart', reason: 'not attached yet' };
  #hasRead = false;
  #failures: number;
  #unreadable = 0;
  #leaving = false;
  /** What is under way to get out of `apart` or `ending`; never rejects. */
  #transition: Promise<void> = Promise.resolve();

  private constructor(options: WatchOptions, connection: Connection, failures: number) {
    this.#options = options;
    this.#connection = connection;
    this.#failures = failures;
  }

  /**
   * Starts gdb and gives it libinsn.so; the guest is not touched.
   *
   * @throws GdbUnusableError, SamplingFailedError; GdbRefusedError if gdb can't read the file
   */
  static async open(options: WatchOptions): Promise<GuestWatch> {
    let watch: GuestWatch | undefined;
    const { connection, failures } = await connect(options, (end) => {
      if (watch !== undefined) watch.#onConnectionOver(end);
    });
    watch = new GuestWatch(options, connection, failures);
    return watch;
  }

  get gdbVersion(): string {
    return this.#connection.gdbVersion;
  }

  /**
   * Puts questions about the file to gdb, before it attaches; all of them to another one, if it
   * dies over them.
   *
   * @throws what `question` throws; GdbUnusableError, SamplingFailedError
   */
  async ask<T>(question: (session: GdbSession) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await question(this.#connection.session);
      } catch (error) {
        if (!isLossOfGdb(error)) throw error;
        await this.#replaceAfter(error);
      }
    }
  }

  /**
   * Attaches for the first time.
   *
   * @returns the guest's memory, for looks at more than the counters
   * @throws an IcountError that says why it can't be
   */
  async attach(elf: ElfFile): Promise<Memory> {
    this.#elf = elf;
    for (;;) {
      try {
        await this.#connection.attach();
        break;
      } catch (error) {
        await this.#connection.leave();
        if (!isLossOfGdb(error)) throw await explainAttachFailure(error, this.#options);
        await this.#replaceAfter(error);
      }
    }
    const { wordBytes, byteOrder } = this.#hold(elf);
    return { wordBytes, byteOrder, read: (ranges) => this.#readPatiently(ranges) };
  }

  /** Reads the counters, or says why there is nothing to read. */
  async read(counters: Counters): Promise<ReadOutcome> {
    for (;;) {
      if (this.#state.kind === 'ending' || !this.#hasRead) await this.#transition;
      const outcome = await this.#readNow(counters);
      // Before the first reading there is no row that a gap could stand in for.
      const isWorthAnother = this.#state.kind === 'apart' && !this.#hasRead && !this.#leaving;
      if (outcome !== undefined && !isWorthAnother) return outcome;
    }
  }

  /** Leaves the guest running. To be called once, whatever happened. */
  async leave(): Promise<void> {
    this.#leaving = true;
    await this.#connection.leave();
    await this.#transition;
    // One that was being started meanwhile.
    await this.#connection.leave();
  }

  /** Undefined when it has just turned out that the guest is about to end. */
  async #readNow(counters: Counters): Promise<ReadOutcome | undefined> {
    const state = this.#state;
    switch (state.kind) {
      case 'attached':
        return this.#connection.isStopped
          ? { kind: 'stopped' }
          : await this.#readCounters(counters, state.memory);
      case 'apart':
        return { kind: 'failed', reason: state.reason };
      case 'ending':
        return undefined;
      case 'stopped':
      case 'ended':
      case 'lost':
        return state;
      default:
        return state satisfies never;
    }
  }

  async #readCounters(counters: Counters, memory: Memory): Promise<ReadOutcome | undefined> {
    try {
      const reading = await counters.read(memory);
      // Once the guest has ended gdb answers with what the file holds: zeros.
      if (this.#state.kind !== 'attached') return await this.#readNow(counters);
      this.#hasRead = true;
      this.#failures = 0;
      this.#unreadable = 0;
      return { kind: 'reading', reading };
    } catch (error) {
      if (error instanceof UnreadableCountersError) {
        return await this.#unreadableNow(counters, error.message);
      }
      if (!isGdbFailure(error)) throw error;
      // gdb may hang. If it has ended, this is known already.
      this.#connection.giveUp(error.message);
      return await this.#readNow(counters);
    }
  }

  async #unreadableNow(counters: Counters, reason: string): Promise<ReadOutcome | undefined> {
    // A read can fail a little before the record of the guest's end arrives.
    if (!(await isAlive(this.#options))) this.#onConnectionOver({ kind: 'guest-ended' });
    if (this.#state.kind !== 'attached') return await this.#readNow(counters);
    this.#unreadable += 1;
    if (this.#unreadable >= UNREADABLE_ALLOWED) this.#end({ kind: 'lost', reason });
    return { kind: 'failed', reason };
  }

  /** Reads as soon as it can be, for those who can't do without. */
  async #readPatiently(ranges: readonly MemoryRange[]): Promise<MemorySnapshot> {
    for (;;) {
      await this.#transition;
      const state = this.#state;
      if (state.kind !== 'attached') throw whyNotAttached(this.#options.pid, state);
      try {
        return await state.memory.read(ranges);
      } catch (error) {
        if (!isGdbFailure(error)) throw error;
        this.#connection.giveUp(error.message);
      }
    }
  }

  #end(state: Extract<WatchState, { kind: 'ended' | 'lost' }>): void {
    this.#state = state;
    this.#options.onOver();
  }

  /** Takes the connection, attached just now, for the one to read by. */
  #hold(elf: ElfFile): Memory {
    const memory = new GuestMemory(this.#connection.session, elf, this.#options.clock);
    this.#state = { kind: 'attached', memory };
    const { end } = this.#connection;
    if (end !== undefined) this.#onConnectionOver(end);
    return memory;
  }

  #onConnectionOver(end: ConnectionEnd): void {
    if (this.#state.kind !== 'attached' || this.#leaving) return;
    switch (end.kind) {
      case 'failed':
        this.#state = { kind: 'apart', reason: end.reason };
        this.#transition = this.#reconnect(end.reason);
        return;
      case 'guest-ended':
        this.#state = { kind: 'ending' };
        this.#transition = this.#explainEnd();
        return;
      default:
        end satisfies never;
    }
  }

  async #explainEnd(): Promise<void> {
    const end = await this.#connection.howGuestEnded();
    if (end !== undefined) {
      this.#end({ kind: 'ended', end });
    } else {
      const reason = 'gdb let go of the guest';
      this.#state = { kind: 'apart', reason };
      await this.#reconnect(reason);
    }
  }

  /** gdb is gone, or of no use any more: another takes its place, if the guest is still there. */
  async #reconnect(cause: string): Promise<void> {
    let reason = cause;
    this.#failures += 1;
    await this.#connection.leave();
    while (!this.#leaving) {
      if (!(await isAlive(this.#options))) {
        this.#end({ kind: 'ended', end: { kind: 'gone' } });
        return;
      }
      if (this.#hasRead && isGroupStopped(await readThreads(this.#options.pid))) {
        this.#state = { kind: 'stopped' };
        await sleep(STOPPED_POLL_MS);
        continue;
      }
      if (this.#failures >= FAILURES_ALLOWED) {
        this.#end({ kind: 'lost', reason: `gdb ${failedTooOften(this.#failures, reason)}` });
        return;
      }
      try {
        if (await this.#attachAnother()) {
          this.#options.onNotice(`${reason}; attached again with a new gdb`);
        }
        return;
      } catch (error) {
        await this.#connection.leave();
        if (!(error instanceof GuestStoppedError && this.#hasRead)) {
          this.#failures += 1;
          reason = error instanceof Error ? error.message : String(error);
        }
        this.#state = { kind: 'apart', reason };
      }
    }
  }

  /** Returns false if we are about to leave anyway. */
  async #attachAnother(): Promise<boolean> {
    this.#connection = await Connection.open(this.#options, (end) => this.#onConnectionOver(end));
    if (this.#leaving || this.#elf === undefined) return false;
    await this.#connection.attach();
    this.#hold(this.#elf);
    return true;
  }

  /** Before the first attach: gdb is gone, another one takes its place. */
  async #replaceAfter(failure: Error): Promise<void> {
    await this.#connection.leave();
    const { connection, failures } = await connect(
      this.#options,
      (end) => this.#onConnectionOver(end),
      this.#failures + 1,
      failure,
    );
    this.#connection = connection;
    this.#failures = failures;
  }
}
