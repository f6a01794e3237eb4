import { systemClock } from '../clock.js';
import type { ByteOrder, Memory, MemoryRange, MemorySnapshot, WordFormat } from '../memory.js';
import { findText, findValue } from '../mi/record.js';
import { GdbRefusedError } from './failure.js';
import type { GdbSession, ResultRecord } from './session.js';

/** A read that takes longer than this is one of a gdb that hangs. */
const READ_TIMEOUT_MS = 3_000;

/**
 * GDB 10 reads short pieces by ptrace, which refuses while the thread runs, and pieces of three
 * words or more through /proc/PID/mem, which does not mind.
 */
const MIN_LENGTH_BYTES = 24;
/** The smallest page of any host: where pages are larger, fewer ranges end at the end of one. */
const PAGE_BYTES = 4096n;

/**
 * Reads several ranges in one round trip, in order, while the guest runs.
 *
 * A range that can't be read gives undefined.
 *
 * @throws GdbTimeoutError, GdbGoneError
 */
export async function readMemory(
  session: GdbSession,
  ranges: readonly MemoryRange[],
): Promise<readonly (Buffer | undefined)[]> {
  return await Promise.all(ranges.map((range) => readRange(session, range)));
}

async function readRange(session: GdbSession, range: MemoryRange): Promise<Buffer | undefined> {
  const wide = widen(range);
  try {
    const answer = await session.send(
      `-data-read-memory-bytes ${wide.address} ${wide.lengthBytes}`,
      READ_TIMEOUT_MS,
    );
    const start = Number(range.address - wide.address);
    return decodeContents(answer, wide)?.subarray(start, start + range.lengthBytes);
  } catch (error) {
    if (error instanceof GdbRefusedError) return undefined;
    throw error;
  }
}

/** Makes a range long enough for GDB 10 without reaching into the next page, which may be free. */
function widen(range: MemoryRange): MemoryRange {
  const missing = MIN_LENGTH_BYTES - range.lengthBytes;
  if (missing <= 0) return range;
  const lastPage = (range.address + BigInt(range.lengthBytes) - 1n) / PAGE_BYTES;
  const fits = (range.address + BigInt(MIN_LENGTH_BYTES) - 1n) / PAGE_BYTES === lastPage;
  const address = fits ? range.address : range.address - BigInt(missing);
  return { address, lengthBytes: MIN_LENGTH_BYTES };
}

/**
 * `memory=[{begin="0x…",offset="0x…",end="0x…",contents="…"}]` (GDB manual, "GDB/MI Data Manipulation").
 * Undefined if it is not the whole range: gdb answers with the part that is readable.
 */
function decodeContents(answer: ResultRecord, range: MemoryRange): Buffer | undefined {
  const memory = findValue(answer.results, 'memory');
  const block = memory?.kind === 'list' ? memory.results[0]?.value : undefined;
  const contents = block?.kind === 'tuple' ? findText(block.results, 'contents') : undefined;
  const bytes = Buffer.from(contents ?? '', 'hex');
  return bytes.length === range.lengthBytes ? bytes : undefined;
}

/** The guest's memory through gdb, with the window of time in which it was read. */
export class GuestMemory implements Memory {
  readonly wordBytes: 4 | 8;
  readonly byteOrder: ByteOrder;
  readonly #session: GdbSession;

  constructor(session: GdbSession, { wordBytes, byteOrder }: WordFormat) {
    this.#session = session;
    this.wordBytes = wordBytes;
    this.byteOrder = byteOrder;
  }

  async read(ranges: readonly MemoryRange[]): Promise<MemorySnapshot> {
    const sent = systemClock.now();
    const pieces = await readMemory(this.#session, ranges);
    const window = this.#session.lastReceivedAt - sent;
    return { pieces, takenAt: sent + window / 2n, windowNs: Number(window) };
  }
}
