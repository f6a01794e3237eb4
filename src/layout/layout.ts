import type { Reading } from '../sampler/reading.js';
import type { Variables } from './variable.js';

export type LayoutName = 'scalar' | 'array-with-pc' | 'array' | 'scoreboard';

/** How libinsn counts: by an inlined add, or by a call for each instruction. */
export type Mode = 'inline' | 'percpu';

/** A piece of the guest process's memory, by run-time address. */
export interface MemoryRange {
  readonly address: bigint;
  readonly lengthBytes: number;
}

/** What was read in one go, with the window of time in which it was. */
export interface MemorySnapshot {
  /** The bytes of each range, undefined where nothing could be read. */
  readonly pieces: readonly (Buffer | undefined)[];
  readonly takenAt: Reading['takenAt'];
  readonly windowNs: Reading['windowNs'];
}

/** The guest process's memory, handed in. Rejects when there is no way to read at all any more. */
export interface Memory {
  readonly wordBytes: 4 | 8;
  readonly byteOrder: 'little' | 'big';
  /** Reads the ranges in order, in one round trip. */
  read(ranges: readonly MemoryRange[]): Promise<MemorySnapshot>;
}

/** Where the counters are, and how to read them. */
export interface Counters {
  readonly layout: LayoutName;
  readonly mode: Mode;
  /** Run-time address of the variable at which a read starts. */
  readonly address: bigint;
  /** Distance of one vCPU's counter to the next; undefined where there is but one, or before the first read. */
  readonly strideBytes: number | undefined;
  /** Slots that vCPUs share by `cpu_index % slots`; undefined where each vCPU has its own. */
  readonly sharedSlots: number | undefined;
  /** Whether there is a counter per vCPU (or slot), or one for all. */
  readonly perVcpu: boolean;
  /** Whether several vCPUs add to one counter without atomicity, losing increments. */
  readonly lossy: boolean;
  read(memory: Memory): Promise<Reading>;
}

/** What a read throws when the memory is not what it should be: the tick becomes a gap. */
export class UnreadableCountersError extends Error {
  override readonly name = 'UnreadableCountersError' as const;
}

/** A layout that fits what was found: which modes it can serve, and its counters in each. */
export interface LayoutMatch {
  readonly layout: LayoutName;
  /** `bias` is added to link-time addresses. */
  counters(mode: Mode, bias: bigint): Counters;
}

/**
 * One memory layout of libinsn. `match` tells from names, sizes and types alone: undefined means
 * that the layout's variables are not there, a string that they are but differ from what we
 * know, and in what.
 */
export interface Layout {
  readonly name: LayoutName;
  match(variables: Variables, wordBytes: 4 | 8): LayoutMatch | string | undefined;
}
