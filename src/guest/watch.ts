import type { ElfFile } from '../elf/elf.js';
import { isGdbFailure } from '../gdb/failure.js';
import type { GdbSession } from '../gdb/session.js';
import type { GdbFacts } from '../gdb/start.js';
import { type Counters, UnreadableCountersError } from '../layout/layout.js';
import type { Memory, MemoryRange, MemorySnapshot } from '../memory.js';
import type { Reading, ReadOutcome } from '../sampler/reading.js';
import { Hold, type HoldOptions } from './hold.js';
import { whyNotAttached } from './hold-state.js';
import { InGdbSource } from './in-gdb-source.js';
import { FreezeLook } from './standstill.js';

/** Reads in a row that found no counters where they were. */
const UNREADABLE_ALLOWED = 10;

/**
 * A guest under watch. Once there has been a reading, a read never waits for a gdb that is being
 * replaced: it says what is.
 */
export class GuestWatch {
  readonly #pid: number;
  readonly #hold: Hold;
  readonly #freezeLook: FreezeLook;
  #unreadable = 0;

  private constructor(pid: number, hold: Hold) {
    this.#pid = pid;
    this.#freezeLook = new FreezeLook(pid);
    this.#hold = hold;
  }

  /**
   * Starts gdb and gives it the plugin; the guest is not touched.
   *
   * @throws GdbUnusableError, SamplingFailedError; GdbRefusedError if gdb can't read the file
   */
  static async open(options: HoldOptions): Promise<GuestWatch> {
    return new GuestWatch(options.pid, await Hold.open(options));
  }

  get gdb(): GdbFacts {
    return this.#hold.gdb;
  }

  /** Puts questions about the file to gdb, before it attaches (see `Hold`). */
  ask<T>(question: (session: GdbSession) => Promise<T>): Promise<T> {
    return this.#hold.ask(question);
  }

  /**
   * Attaches for the first time; `signal` calls it off.
   *
   * @returns the guest's memory, for looks at more than the counters
   * @throws an IcountError that says why it can't be
   */
  async attach(elf: ElfFile, signal?: AbortSignal): Promise<Memory> {
    await this.#hold.attach(elf, signal);
    const { wordBytes, byteOrder } = elf;
    return { wordBytes, byteOrder, read: (ranges) => this.#readPatiently(ranges) };
  }

  /** The counters, taken by gdb itself on a grid. */
  sampledInGdb(counters: Counters): InGdbSource {
    return new InGdbSource(this.#hold, this, counters);
  }

  /** Reads the counters, or says why there is nothing to read. */
  async read(counters: Pick<Counters, 'read'>): Promise<ReadOutcome> {
    const hold = this.#hold;
    for (;;) {
      if (hold.state.kind === 'ending' || !hold.hasRead) await hold.transition;
      const outcome = await this.#readNow(counters);
      // Before the first reading there is no row that a gap could stand in for.
      const isWorthAnother = hold.state.kind === 'apart' && !hold.hasRead && !hold.isLeaving;
      if (outcome !== undefined && !isWorthAnother) return outcome;
    }
  }

  /** What a read that found no counters, for that reason, comes to. */
  async explain(reason: string): Promise<ReadOutcome> {
    return await this.read({ read: () => Promise.reject(new UnreadableCountersError(reason)) });
  }

  /** What a reading comes to: that of a guest that is frozen says no more than that. */
  judge(reading: Reading): ReadOutcome {
    return this.#freezeLook.isFrozen(reading)
      ? { kind: 'stopped', by: 'freezer' }
      : { kind: 'reading', reading };
  }

  /** Leaves the guest running. To be called once, whatever happened. */
  async leave(): Promise<void> {
    await this.#hold.leave();
  }

  /** Undefined when it has just turned out that the guest is about to end. */
  async #readNow(counters: Pick<Counters, 'read'>): Promise<ReadOutcome | undefined> {
    const { state } = this.#hold;
    switch (state.kind) {
      case 'attached':
        return state.connection.isStopped
          ? { kind: 'stopped', by: 'signal' }
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

  async #readCounters(
    counters: Pick<Counters, 'read'>,
    memory: Memory,
  ): Promise<ReadOutcome | undefined> {
    try {
      const reading = await counters.read(memory);
      // Once the guest has ended gdb answers with what the file holds: zeros.
      if (this.#hold.state.kind !== 'attached') return await this.#readNow(counters);
      this.#hold.noteReading();
      this.#unreadable = 0;
      return this.judge(reading);
    } catch (error) {
      if (error instanceof UnreadableCountersError) {
        return await this.#unreadableNow(counters, error.message);
      }
      if (!isGdbFailure(error)) throw error;
      // It may hang.
      this.#hold.giveUpGdb(error.message);
      return await this.#readNow(counters);
    }
  }

  async #unreadableNow(
    counters: Pick<Counters, 'read'>,
    reason: string,
  ): Promise<ReadOutcome | undefined> {
    this.#hold.noteUnreadable();
    if (this.#hold.state.kind !== 'attached') return await this.#readNow(counters);
    this.#unreadable += 1;
    if (this.#unreadable >= UNREADABLE_ALLOWED) this.#hold.lose(reason);
    return { kind: 'failed', reason };
  }

  /** Reads as soon as it can be, for those who can't do without. */
  async #readPatiently(ranges: readonly MemoryRange[]): Promise<MemorySnapshot> {
    for (;;) {
      await this.#hold.transition;
      const { state } = this.#hold;
      if (state.kind !== 'attached') throw whyNotAttached(this.#pid, state);
      try {
        return await state.memory.read(ranges);
      } catch (error) {
        if (!isGdbFailure(error)) throw error;
        this.#hold.giveUpGdb(error.message);
      }
    }
  }
}
