import type { Memory, MemoryRange } from '../memory/memory.js';
import { decodeUnsigned } from '../memory/word.js';
import { type Counters, type Mode, UnreadableCountersError } from './layout.js';
import type { Variable } from './variable.js';

/** Every counter of every libinsn is a `uint64_t`. */
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

/** One counter that all vCPUs add to. */
export function singleCounter(layout: string, mode: Mode, address: bigint): Counters {
  return {
    layout,
    mode,
    address,
    strideBytes: undefined,
    sharedSlots: undefined,
    perVcpu: false,
    lossy: true,
    async read(memory) {
      const range = { address, lengthBytes: COUNTER_BYTES };
      const { pieces, takenAt, windowNs } = await memory.read([range]);
      return { counters: [counterAt(memory, present(pieces[0], range), 0)], takenAt, windowNs };
    },
  };
}

/** @throws UnreadableCountersError if the range could not be read */
export function present(bytes: Buffer | undefined, range: MemoryRange): Buffer {
  if (bytes !== undefined) return bytes;
  throw new UnreadableCountersError(
    `${range.lengthBytes} bytes at 0x${range.address.toString(16)} can't be read`,
  );
}

/** Decodes a counter of the guest process. */
export function counterAt(memory: Memory, bytes: Buffer, offsetBytes: number): bigint {
  return decodeUnsigned(bytes, offsetBytes, COUNTER_BYTES, memory.byteOrder);
}
