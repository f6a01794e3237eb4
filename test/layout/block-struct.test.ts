import { describe, expect, test } from 'vitest';
import { type Counters, UnreadableCountersError } from '../../src/layout/layout.js';
import { selectLayout } from '../../src/layout/layouts.js';
import { ProcessMemory } from './process-memory.ts';
import { untyped } from './variables.ts';

const bias = 0x7f00_0000_0000n;
const { addressBytes } = untyped({ inline_count: 32 }).get('inline_count') ?? { addressBytes: 0n };
const inlineCount = bias + addressBytes;
const counts = inlineCount + 0x100n;
const maxCpus = inlineCount + 0x200n;
const array = 0x20_000n;
const data = 0x30_000n;
const structs = [0x40_000n, 0x40_030n, 0x50_000n];

function countersFor(mode: 'inline' | 'percpu', perVcpu: boolean): Counters {
  return selectLayout(
    untyped({ inline_count: 32, counts: 8, max_cpus: 4 }),
    8,
    'libbb.so',
    'bb',
  ).counters({ mode, perVcpu }, bias, mode);
}

/** `{ GMutex lock; int index; uint64_t bb_count; uint64_t insn_count; }`. */
function putStruct(memory: ProcessMemory, at: bigint, insns: bigint): void {
  memory.put(at, [0xdeadn, 8], [7n, 4], [0n, 4], [3n, 8], [insns, 8]);
}

function putHeap(memory: ProcessMemory, insns: readonly bigint[]): void {
  memory.putWord(counts, array);
  memory.put(maxCpus, [BigInt(insns.length), 4]);
  memory.put(array, [data, 8], [BigInt(insns.length), 4]);
  memory.putWord(data, ...structs.slice(0, insns.length));
  for (const [index, count] of insns.entries()) putStruct(memory, structs[index] ?? 0n, count);
}

test.each([
  { mode: 'inline', perVcpu: false, lossy: true },
  { mode: 'inline', perVcpu: true, lossy: true },
  { mode: 'percpu', perVcpu: false, lossy: false },
] as const)('one counter for all vCPUs: $mode, $perVcpu', async ({ mode, perVcpu, lossy }) => {
  const memory = new ProcessMemory();
  putStruct(memory, inlineCount, 2n ** 64n - 1n);
  const counters = countersFor(mode, perVcpu);

  expect(counters).toMatchObject({ layout: 'block-struct', mode, perVcpu: false, lossy });
  expect(counters.address).toBe(inlineCount + 24n);
  expect((await counters.read(memory)).counters).toEqual([2n ** 64n - 1n]);
});

test('callback mode of a system: one structure on the heap for each vCPU', async () => {
  const memory = new ProcessMemory();
  putHeap(memory, [5n, 0n, 2n ** 63n]);
  const counters = countersFor('percpu', true);

  expect(counters).toMatchObject({ mode: 'percpu', perVcpu: true, lossy: false });
  expect((await counters.read(memory)).counters).toEqual([5n, 0n, 2n ** 63n]);
});

test('the pointers stay: a sample takes one round trip, of the structures alone', async () => {
  const memory = new ProcessMemory();
  putHeap(memory, [1n, 2n]);
  const counters = countersFor('percpu', true);
  await counters.read(memory);
  memory.asked.length = 0;
  putStruct(memory, 0x40_000n, 9n);

  expect((await counters.read(memory)).counters).toEqual([9n, 2n]);
  expect(memory.asked.map(({ address }) => address)).toEqual([0x40_000n, 0x40_030n]);
});

describe('what is not there yet, or is none of it, is not read', () => {
  test.each<[string, (memory: ProcessMemory) => void]>([
    ['no array', (memory) => memory.putWord(counts, 0n)],
    ['an array that is still being filled', (memory) => memory.put(array, [data, 8], [2n, 4])],
    ['an array that leads nowhere', (memory) => memory.putWord(counts, 0xbad_000n)],
    ['pointers that lead nowhere', (memory) => memory.put(array, [0xbadn, 8], [3n, 4])],
    ['a structure that is not there', (memory) => memory.free(0x50_000n)],
    [
      'an array of a million',
      (memory) => {
        memory.put(maxCpus, [1_000_000n, 4]);
        memory.put(array, [data, 8], [1_000_000n, 4]);
      },
    ],
  ])('%s', async (_, spoil) => {
    const memory = new ProcessMemory();
    putHeap(memory, [1n, 2n, 3n]);
    spoil(memory);
    const counters = countersFor('percpu', true);

    await expect(counters.read(memory)).rejects.toThrow(UnreadableCountersError);
  });

  test('and is read as soon as it is there', async () => {
    const memory = new ProcessMemory();
    putHeap(memory, [1n, 2n, 3n]);
    memory.putWord(counts, 0n);
    const counters = countersFor('percpu', true);
    await expect(counters.read(memory)).rejects.toThrow(/no counters yet/);

    memory.putWord(counts, array);

    expect((await counters.read(memory)).counters).toEqual([1n, 2n, 3n]);
  });
});
