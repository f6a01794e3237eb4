import { decodeUnsigned, type Memory, type MemoryRange } from '../memory.js';
import type { Reading } from '../sampler/reading.js';
import {
  type CounterFacts,
  type Counters,
  type LayoutCounters,
  type MakeCounters,
  type Mode,
  UnreadableCountersError,
} from './layout.js';
import { type Place, rangesOf } from './place.js';
import type { Member, Variable, Variables } from './variable.js';

/** Every counter of every plugin is a `uint64_t`. */
export const COUNTER_BYTES = 8;

/** What gdb calls it: by its typedef, or by what some host's headers make of that. */
const COUNTER_TYPES: ReadonlySet<string> = new Set([
  'uint64_t',
  'unsigned long',
  'unsigned long long',
]);

/** Undefined if the variable is one counter; else what it is instead. */
export function expectCounter(name: string, variable: Variable): string | undefined {
  if (variable.sizeBytes !== COUNTER_BYTES) {
    return `${name} has ${variable.sizeBytes} bytes, where a counter has ${COUNTER_BYTES}`;
  }
  if (variable.type !== undefined && !COUNTER_TYPES.has(variable.type)) {
    return `${name} is of type ${variable.type}, where a counter is a uint64_t`;
  }
  return undefined;
}

/** Undefined if the member is one counter, at that offset of a structure; else what it is instead. */
export function expectMember(
  name: string,
  { offsetBytes, sizeBytes }: Member,
  expected: { readonly offsetBytes: number; readonly structBytes: number },
): string | undefined {
  if (offsetBytes !== expected.offsetBytes) {
    return `${name} lies at byte ${offsetBytes} of ${expected.structBytes}`;
  }
  return sizeBytes === COUNTER_BYTES
    ? undefined
    : `${name} has ${sizeBytes} bytes, where a counter has ${COUNTER_BYTES}`;
}

/** One counter that all vCPUs add to; `lossy` unless each holds a lock meanwhile. */
export function singleCounter(layout: string, mode: Mode, address: bigint, lossy = true): Counters {
  return countersOf(
    {
      layout,
      mode,
      address,
      strideBytes: undefined,
      sharedSlots: undefined,
      perVcpu: false,
      lossy,
    },
    (memory) => ({
      ranges: [{ address, lengthBytes: COUNTER_BYTES }],
      counters: ([bytes]) => countersIn(memory, bytes, 1),
    }),
  );
}

/**
 * Counters that begin each at a variable of its own: of instructions at the first of those names, of
 * blocks at the second, if there is one.
 */
export function countedAt(
  variables: Variables,
  [counter, blocks]: readonly string[],
  countersAt: (address: bigint, mode: Mode) => Counters,
): LayoutCounters | undefined {
  const at = (name = ''): MakeCounters | undefined => {
    const variable = variables.get(name);
    return variable && ((_, bias, mode) => countersAt(variable.addressBytes + bias, mode));
  };
  const [counters, ofBlocks] = [at(counter), at(blocks)];
  if (counters === undefined) return undefined;
  return ofBlocks === undefined ? { counters } : { counters, blocks: ofBlocks };
}

/** How counters lie in the bytes of a range: one, or one in each element of an array. */
interface Spacing {
  readonly strideBytes: number;
  readonly offsetBytes: number;
}

/** Decodes counters of the guest process. */
export function countersIn(
  memory: Pick<Memory, 'byteOrder'>,
  bytes: Buffer = Buffer.of(),
  count: number,
  { strideBytes, offsetBytes }: Spacing = { strideBytes: COUNTER_BYTES, offsetBytes: 0 },
): readonly bigint[] {
  return Array.from({ length: count }, (_, index) =>
    decodeUnsigned(bytes, index * strideBytes + offsetBytes, COUNTER_BYTES, memory.byteOrder),
  );
}

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
  const { header } = place;
  const all = rangesOf(place);
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
