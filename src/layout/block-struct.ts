import { decodeUnsigned, type Memory, type MemoryRange } from '../memory.js';
import { countersIn, countersOf, expectMember, readOne, singleCounter } from './counters.js';
import {
  type Counters,
  type Layout,
  type MakeCounters,
  UnreadableCountersError,
} from './layout.js';
import type { Variables } from './variable.js';

const NAME = 'block-struct';
const STRUCT_BYTES = 32;
const BLOCKS_OFFSET_BYTES = 16;
const COUNTER_OFFSET_BYTES = 24;

/**
 * libbb of QEMU 5.2 to 8.2 (tests/plugin/bb.c):
 *
 *     CPUCount { GMutex lock; int index; uint64_t bb_count; uint64_t insn_count; } inline_count;
 *     GPtrArray *counts;
 *     int max_cpus;
 *
 * In callback mode of a system `counts` has a CPUCount on the heap for each of `max_cpus` vCPUs,
 * all made before the first runs. Else `max_cpus` is 0, and `inline_count` is for all together.
 */
export const blockStruct: Layout = {
  name: NAME,
  plugin: 'bb',
  versions: 'QEMU 5.2 to 8.2',
  variables: ['inline_count', 'counts', 'max_cpus'],
  match(variables, wordBytes) {
    const inline = variables.get('inline_count');
    const counts = variables.get('counts');
    const maxCpus = variables.get('max_cpus');
    if (inline === undefined || counts === undefined || maxCpus === undefined) return undefined;
    const mismatch = expectStruct(variables) ?? expectPointer(variables, wordBytes);
    if (mismatch !== undefined) return mismatch;
    const countersAt =
      (offsetBytes: number): MakeCounters =>
      (counting, bias, mode) =>
        counting.perVcpu && mode === 'percpu'
          ? heapCounters(counts.addressBytes + bias, maxCpus.addressBytes + bias, offsetBytes)
          : singleCounter(
              NAME,
              mode,
              inline.addressBytes + bias + BigInt(offsetBytes),
              // A callback holds the structure's lock.
              counting.mode === 'inline',
            );
    return { counters: countersAt(COUNTER_OFFSET_BYTES), blocks: countersAt(BLOCKS_OFFSET_BYTES) };
  },
};

function expectStruct(variables: Variables): string | undefined {
  const inline = variables.get('inline_count');
  if (inline?.sizeBytes !== STRUCT_BYTES) {
    return `inline_count has ${inline?.sizeBytes} bytes, where a CPUCount has ${STRUCT_BYTES}`;
  }
  if (inline.type === undefined) return undefined;
  if (inline.counter === undefined) {
    return `inline_count is of type ${inline.type}, which has no insn_count`;
  }
  return expectMember('inline_count.insn_count', inline.counter, {
    offsetBytes: COUNTER_OFFSET_BYTES,
    structBytes: STRUCT_BYTES,
  });
}

function expectPointer(variables: Variables, wordBytes: 4 | 8): string | undefined {
  const counts = variables.get('counts');
  if (counts?.sizeBytes !== wordBytes) {
    return `counts has ${counts?.sizeBytes} bytes, where a pointer has ${wordBytes}`;
  }
  if (counts.type !== undefined && counts.type !== 'GPtrArray *') {
    return `counts is of type ${counts.type}, where libbb has a GPtrArray *`;
  }
  const maxCpus = variables.get('max_cpus');
  return maxCpus?.sizeBytes === 4
    ? undefined
    : `max_cpus has ${maxCpus?.sizeBytes} bytes, where an int has 4`;
}

/** A longer array is none of libbb's; bounds what a sample may read. */
const MAX_VCPUS = 4_096;

function heapCounters(address: bigint, maxCpusAddress: bigint, offsetBytes: number): Counters {
  const spacing = { strideBytes: STRUCT_BYTES, offsetBytes };
  return countersOf(
    {
      layout: NAME,
      mode: 'percpu',
      address,
      // Each was allocated for itself.
      strideBytes: undefined,
      sharedSlots: undefined,
      perVcpu: true,
      lossy: false,
    },
    // Once it is found, nothing of it moves.
    async (memory) => ({
      ranges: await followPointers(memory, address, maxCpusAddress),
      counters: (pieces) => pieces.flatMap((bytes) => countersIn(memory, bytes, 1, spacing)),
    }),
  );
}

/** GLib's GPtrArray (glib/garray.c) begins with `{ gpointer *pdata; guint len; … }`. */
async function followPointers(
  memory: Memory,
  address: bigint,
  maxCpusAddress: bigint,
): Promise<readonly MemoryRange[]> {
  const { wordBytes, byteOrder } = memory;
  const counts = await readOne(memory, { address, lengthBytes: wordBytes });
  const array = decodeUnsigned(counts, 0, wordBytes, byteOrder);
  if (array === 0n) throw new UnreadableCountersError('the plugin has no counters yet');
  const header = await readOne(memory, { address: array, lengthBytes: wordBytes + 4 });
  const data = decodeUnsigned(header, 0, wordBytes, byteOrder);
  const length = Number(decodeUnsigned(header, wordBytes, 4, byteOrder));
  const maxCpus = await readOne(memory, { address: maxCpusAddress, lengthBytes: 4 });
  const vcpus = Number(decodeUnsigned(maxCpus, 0, 4, byteOrder));
  if (length !== vcpus || vcpus > MAX_VCPUS) {
    throw new UnreadableCountersError(
      `no counters of ${vcpus} vCPUs at 0x${array.toString(16)}: an array of ${length} pointers`,
    );
  }
  const pointers = await readOne(memory, { address: data, lengthBytes: vcpus * wordBytes });
  return Array.from({ length: vcpus }, (_, index) => ({
    address: decodeUnsigned(pointers, index * wordBytes, wordBytes, byteOrder),
    lengthBytes: STRUCT_BYTES,
  }));
}
