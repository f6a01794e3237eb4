import type { ByteOrder, MemoryRange } from '../memory.js';

/** Where the counters are by now: ranges that are read in one go, and what their bytes mean. */
export interface Place {
  readonly ranges: readonly MemoryRange[];
  /** Where the last of the ranges is one that moves. */
  readonly header?: ArrayHeader;
  /** Distance of one vCPU's counter to the next, where it is the place that says it. */
  readonly strideBytes?: number;
  /**
   * The counters in what was read: the bytes of each range, and of the header where there is one.
   *
   * @throws UnreadableCountersError
   */
  counters(pieces: readonly Buffer[]): readonly bigint[];
}

/** All that is read in one go: the header last, as it proves the rest. */
export function rangesOf({ ranges, header }: Place): readonly MemoryRange[] {
  return header === undefined ? ranges : [...ranges, header.range];
}

/**
 * What says where an array is by now, which may move at any moment. It is read after the array: what
 * was read is the array's contents if it still leads there.
 */
export interface ArrayHeader {
  readonly range: MemoryRange;
  /** As it was when it led to the range. */
  readonly bytes: Buffer;
  readonly byteOrder: ByteOrder;
  /** Where in the header there is the array's address, its number of elements, and the size of one. */
  readonly address: HeaderField;
  readonly elements: HeaderField;
  readonly elementBytes: HeaderField;
}

/** An unsigned number within a header. */
export interface HeaderField {
  readonly offsetBytes: number;
  readonly lengthBytes: 4 | 8;
}

/** Beyond this, what a header leads to is no array of counters. */
export const MAX_ARRAY_BYTES = 1 << 20;
