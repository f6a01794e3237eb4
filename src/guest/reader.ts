import type { ElfFile } from '../elf/elf.js';
import { isGdbFailure } from '../gdb/failure.js';
import { type Counters, UnreadableCountersError } from '../layout/layout.js';
import type { Memory, MemoryRange, MemorySnapshot } from '../memory.js';
import type { Reading, ReadOutcome } from '../sampler/reading.js';
import type { Attachment } from './attachment.js';
import { whyNotAttached } from './attachment-state.js';
import { FreezeDetector } from './standstill.js';

/** Reads in a row that found no counters where they were. */
const UNREADABLE_ALLOWED = 10;

/**
 * Reads a guest through its attachment. Once there has been a reading, a read never waits for a gdb
 * that is being replaced: it says what is.
 */
export class GuestReader {
  readonly #pid: number;
  readonly #attachment: Attachment;
  readonly #freezeDetector: FreezeDetector;
  #unreadable = 0;
  /** Whether there has been a reading for those who asked: what gdb tells by itself is none. */
  #hasRead = false;

  constructor(pid: number, attachment: Attachment) {
    this.#pid = pid;
    this.#freezeDetector = new FreezeDetector(pid);
    this.#attachment = attachment;
  }

  /**
   * Attaches for the first time; `signal` calls it off.
   *
   * @returns the guest's memory, for looks at more than the counters
   * @throws an IcountError that says why it can't be
   */
  async attach(elf: ElfFile, signal?: AbortSignal): Promise<Memory> {
    await this.#attachment.attach(elf, signal);
    const { wordBytes, byteOrder } = elf;
    return { wordBytes, byteOrder, read: (ranges) => this.#readPatiently(ranges) };
  }

  /** Reads the counters, or says why there is nothing to read. */
  async read(counters: Pick<Counters, 'read'>): Promise<ReadOutcome> {
    const attachment = this.#attachment;
    for (;;) {
      if (attachment.state.kind === 'ending' || !this.#hasRead) await attachment.transition;
      const outcome = await this.#readNow(counters);
      this.#hasRead ||= outcome?.kind === 'reading';
      if (outcome !== undefined) return outcome;
    }
  }

  /** What a read that found no counters, for that reason, comes to. */
  async explain(reason: string): Promise<ReadOutcome> {
    return await this.read({ read: () => Promise.reject(new UnreadableCountersError(reason)) });
  }

  /** What a reading comes to: that of a guest that is frozen says no more than that. */
  judge(reading: Reading): ReadOutcome {
    return this.#freezeDetector.isFrozen(reading)
      ? { kind: 'stopped', by: 'freezer' }
      : { kind: 'reading', reading };
  }

  /** Undefined when it is worth another read: the guest may be about to end, or gdb is being replaced. */
  async #readNow(counters: Pick<Counters, 'read'>): Promise<ReadOutcome | undefined> {
    const { state } = this.#attachment;
    switch (state.kind) {
      case 'attached':
        return state.connection.isStopped
          ? { kind: 'stopped', by: 'signal' }
          : await this.#readCounters(counters, state.memory);
      case 'apart':
        // Before the first reading there is no row that a gap could stand in for.
        return this.#hasRead || this.#attachment.isLeaving
          ? { kind: 'failed', reason: state.reason }
          : undefined;
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
      if (this.#attachment.state.kind !== 'attached') return await this.#readNow(counters);
      this.#attachment.noteReading();
      this.#unreadable = 0;
      return this.judge(reading);
    } catch (error) {
      if (error instanceof UnreadableCountersError) {
        return await this.#unreadableNow(counters, error.message);
      }
      if (!isGdbFailure(error)) throw error;
      // It may hang.
      this.#attachment.giveUpGdb(error.message);
      return await this.#readNow(counters);
    }
  }

  async #unreadableNow(
    counters: Pick<Counters, 'read'>,
    reason: string,
  ): Promise<ReadOutcome | undefined> {
    this.#attachment.noteUnreadable();
    if (this.#attachment.state.kind !== 'attached') return await this.#readNow(counters);
    this.#unreadable += 1;
    if (this.#unreadable >= UNREADABLE_ALLOWED) this.#attachment.lose(reason);
    return { kind: 'failed', reason };
  }

  /** Reads as soon as it can be, for those who can't do without. */
  async #readPatiently(ranges: readonly MemoryRange[]): Promise<MemorySnapshot> {
    for (;;) {
      await this.#attachment.transition;
      const { state } = this.#attachment;
      if (state.kind !== 'attached') throw whyNotAttached(this.#pid, state);
      try {
        return await state.memory.read(ranges);
      } catch (error) {
        if (!isGdbFailure(error)) throw error;
        this.#attachment.giveUpGdb(error.message);
      }
    }
  }
}
