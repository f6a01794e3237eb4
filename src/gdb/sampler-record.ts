import type { MonotonicNs } from '../clock.js';
import {
  type ArrayHeader,
  type HeaderField,
  MAX_ARRAY_BYTES,
  type Place,
} from '../layout/place.js';
import { decodeUnsigned } from '../memory.js';
import { findText } from '../mi/record.js';
import type { AsyncRecord } from './session.js';

/** The class of the records that gdb's sampler writes. */
export const SAMPLER_CLASS = 'icount';

/** Why a record that is not whole ends the use of that gdb. */
export const CUT_SHORT = "what gdb's sampler wrote is cut short";

/** The ranges of a place, and of its header, as they were read at one moment. */
export interface RawReading {
  readonly began: MonotonicNs;
  readonly windowNs: number;
  /** Undefined where nothing could be read. */
  readonly pieces: readonly (Buffer | undefined)[];
}

/** What the sampler has to say: what it read, in order, or why it has given up. */
export type SamplerRecord =
  | { readonly kind: 'readings'; readonly readings: readonly RawReading[] }
  | { readonly kind: 'failure'; readonly reason: string };

/**
 * Reads `+icount,readings="BEGAN WINDOW PIECE…;…"` or `+icount,failure="…"` of gdb-scripts/sampler.py.
 * A piece is hexadecimal, without the zeros at its end; `-` is one that could not be read.
 */
export function samplerRecord(record: AsyncRecord, place: Place): SamplerRecord {
  const failure = findText(record.results, 'failure');
  if (failure !== undefined) return { kind: 'failure', reason: `Python raised ${failure} in gdb` };
  const text = findText(record.results, 'readings') ?? '';
  try {
    return { kind: 'readings', readings: text.split(';').map((each) => rawReading(each, place)) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { kind: 'failure', reason: CUT_SHORT };
  }
}

/** @throws RangeError if it is not whole */
function rawReading(text: string, { ranges, header }: Place): RawReading {
  const [began = '', windowNs = '', ...digits] = text.split(' ');
  const expected = ranges.length + (header === undefined ? 0 : 1);
  if (!/^\d+$/.test(began) || !/^\d+$/.test(windowNs) || digits.length !== expected) {
    throw new RangeError('no reading');
  }
  const fixed = header === undefined ? ranges : ranges.slice(0, -1);
  const pieces = fixed.map(({ lengthBytes }, index) => piece(digits[index], lengthBytes));
  if (header !== undefined) {
    const headerBytes = piece(digits[expected - 1], header.range.lengthBytes);
    const arrayBytes = headerBytes === undefined ? 0 : lengthOf(headerBytes, header);
    pieces.push(piece(digits[expected - 2], arrayBytes), headerBytes);
  }
  return { began: BigInt(began), windowNs: Number(windowNs), pieces };
}

/** @throws RangeError if it is no piece of that length */
function piece(digits: string | undefined, lengthBytes: number): Buffer | undefined {
  if (digits === '-') return undefined;
  const bytes = Buffer.alloc(lengthBytes);
  const written = bytes.write(digits ?? '-', 'hex');
  if (digits === undefined || 2 * written !== digits.length) throw new RangeError('no piece');
  return bytes;
}

/** How long the array is that a header leads to. */
function lengthOf(bytes: Buffer, header: ArrayHeader): number {
  const { elements, elementBytes, byteOrder } = header;
  const field = ({ offsetBytes, lengthBytes }: HeaderField): number =>
    Number(decodeUnsigned(bytes, offsetBytes, lengthBytes, byteOrder));
  return Math.min(field(elements) * field(elementBytes), MAX_ARRAY_BYTES);
}
