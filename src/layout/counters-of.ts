import type { Memory, MemoryRange } from '../memory.js';
import type { Reading } from '../sampler/reading.js';
import { type CounterFacts, type Counters, UnreadableCountersError } from './layout.js';
import type { Place } from './place.js';

/** How often a sample that a move has spoilt is read again before it is given up. */
const ATTEMPTS = 5;

/** Counters that `locate` finds; where they were is remembered, until they turn out to have moved. */
export function countersOf(
  facts: CounterFacts,
  locate: (memory: Memory) => Place | Promise<Place>,
): Counters {
  let place: Place | undefined;
  const relocate = async (memory: Memory): Promise<Place> => {
    place = await locate(memory);
    return place;
  };
  return {
    ...facts,
    get strideBytes() {
      return place?.strideBytes ?? facts.strideBytes;
    },
    locate: relocate,
    async read(memory) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        const reading = await readPlace(memory, place ?? (await relocate(memory)));
        if (reading !== undefined) return reading;
        place = undefined;
      }
      throw new UnreadableCountersError(`the ${facts.layout} moved in ${ATTEMPTS} reads in a row`);
    },
  };
}

/** Undefined if the header is not what it was any more, and what was read may have been anything. */
async function readPlace(memory: Memory, place: Place): Promise<Reading | undefined> {
  const { ranges, header } = place;
  const all = header === undefined ? ranges : [...ranges, header.range];
  const { pieces, takenAt, windowNs } = await memory.read(all);
  if (header !== undefined && !pieces.at(-1)?.equals(header.bytes)) return undefined;
  return { counters: place.counters(allPresent(pieces, all)), takenAt, windowNs };
}

/** @throws UnreadableCountersError if the range can't be read */
export async function readOne(memory: Memory, range: MemoryRange): Promise<Buffer> {
  const { pieces } = await memory.read([range]);
  const [bytes = Buffer.of()] = allPresent(pieces, [range]);
  return bytes;
}

/** @throws UnreadableCountersError if one of the ranges could not be read */
export function allPresent(
  pieces: readonly (Buffer | undefined)[],
  ranges: readonly MemoryRange[],
): readonly Buffer[] {
  return ranges.map((range, index) => {
    const bytes = pieces[index];
    if (bytes !== undefined) return bytes;
    throw new UnreadableCountersError(
      `${range.lengthBytes} bytes at 0x${range.address.toString(16)} can't be read`,
    );
  });
}
