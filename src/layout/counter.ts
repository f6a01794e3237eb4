import { decodeUnsigned, type Memory } from '../memory.js';
import { countersOf } from './counters-of.js';
import type { CounterFacts, Counters, Mode } from './layout.js';
import type { Variable } from './variable.js';

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

/** One counter that all vCPUs add to; `lossy` unless each holds a lock meanwhile. */
export function singleCounter(
  layout: string,
  mode: Mode,
  address: bigint,
  { lossy = true, blocks }: Partial<Pick<CounterFacts, 'lossy' | 'blocks'>> = {},
): Counters {
  return countersOf(
    {
      layout,
      mode,
      address,
      strideBytes: undefined,
      sharedSlots: undefined,
      perVcpu: false,
      lossy,
      blocks,
    },
    (memory) => ({
      ranges: [{ address, lengthBytes: COUNTER_BYTES }],
      counters: ([bytes]) => countersIn(memory, bytes, 1),
    }),
  );
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
