import type { MonotonicNs } from './clock.js';

/** A piece of the guest process's memory, by run-time address. */
export interface MemoryRange {
  readonly address: bigint;
  readonly lengthBytes: number;
}

/** What was read in one go, with the window of time in which it was. */
export interface MemorySnapshot {
  /** The bytes of each range, undefined where nothing could be read. */
  readonly pieces: readonly (Buffer | undefined)[];
  /** The middle of that window. */
  readonly takenAt: MonotonicNs;
  /** Length of that window in ns. */
  readonly windowNs: number;
}

/** The guest process's memory, handed in. Rejects when there is no way to read at all any more. */
export interface Memory extends WordFormat {
  /** Reads the ranges in order, in one round trip. */
  read(ranges: readonly MemoryRange[]): Promise<MemorySnapshot>;
}

/** How numbers lie in the host's memory and in its ELF files. */
export interface WordFormat {
  /** Of an address, a size, a `long`. */
  readonly wordBytes: 4 | 8;
  readonly byteOrder: ByteOrder;
}

/** Order of the bytes in a number: the host's, as its ELF files say. */
export type ByteOrder = 'little' | 'big';

/**
 * Decodes an unsigned number of an ELF file or of the guest's memory. The range is the caller's to
 * check: bytes that are not there are a RangeError.
 */
export function decodeUnsigned(
  bytes: Buffer,
  offset: number,
  sizeBytes: 4 | 8,
  byteOrder: ByteOrder,
): bigint {
  if (sizeBytes === 4) {
    return BigInt(byteOrder === 'little' ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset));
  }
  return byteOrder === 'little' ? bytes.readBigUInt64LE(offset) : bytes.readBigUInt64BE(offset);
}
