import { expect, test } from 'vitest';
import { type Mode, UnreadableCountersError } from '../../src/layout/layout.js';
import { selectLayout } from '../../src/layout/layouts.js';
import { ProcessMemory } from './process-memory.ts';
import { untyped } from './variables.ts';

const bias = 0x7f00_0000_0000n;
const most = 2n ** 64n - 1n;

function countersOf(sizes: Readonly<Record<string, number>>, mode: Mode, biasBytes = bias) {
  const match = selectLayout(untyped(sizes), 8, 'libinsn.so', 'insn');
  return match.counters({ mode, perVcpu: true }, biasBytes, mode);
}

test('scalar: one counter, in either mode, at the link-time address plus the bias', async () => {
  const memory = new ProcessMemory();
  memory.putCounters(bias + 0x4000n, most);

  for (const mode of ['inline', 'percpu'] as const) {
    const counters = countersOf({ insn_count: 8 }, mode);
    expect(counters).toMatchObject({ layout: 'scalar', mode, perVcpu: false, lossy: true });
    expect(counters.address).toBe(bias + 0x4000n);
    expect(await counters.read(memory)).toEqual({ counters: [most], takenAt: 1n, windowNs: 2 });
  }
});

test('array with pc: the counter is the second of two words, 16 bytes apart', async () => {
  const counters = countersOf({ inline_insn_count: 8, counts: 128 }, 'percpu');
  const memory = new ProcessMemory();
  const slots = Array.from({ length: 8 }, (_, slot) => [0xdeadn, BigInt(slot) + 10n]).flat();
  memory.putCounters(bias + 0x4100n, ...slots);

  expect(counters).toMatchObject({ strideBytes: 16, sharedSlots: 8, perVcpu: true, lossy: false });
  expect(counters.address).toBe(bias + 0x4108n);
  expect((await counters.read(memory)).counters).toEqual([10n, 11n, 12n, 13n, 14n, 15n, 16n, 17n]);
  expect(memory.asked).toEqual([{ address: bias + 0x4100n, lengthBytes: 128 }]);
});

test('array: one word each, 8 bytes apart', async () => {
  const counters = countersOf({ inline_insn_count: 8, counts: 64 }, 'percpu');
  const memory = new ProcessMemory();
  memory.putCounters(bias + 0x4100n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, most);

  expect(counters).toMatchObject({ strideBytes: 8, sharedSlots: 8 });
  expect((await counters.read(memory)).counters).toEqual([1n, 2n, 3n, 4n, 5n, 6n, 7n, most]);
});

test.each([64, 128])('an array of %d bytes, inline: the one counter beside it', async (counts) => {
  const counters = countersOf({ inline_insn_count: 8, counts }, 'inline');
  const memory = new ProcessMemory();
  memory.putCounters(bias + 0x4000n, 5n);

  expect(counters).toMatchObject({ perVcpu: false, lossy: true, sharedSlots: undefined });
  expect((await counters.read(memory)).counters).toEqual([5n]);
});

test('a big-endian host has its counters the other way round', async () => {
  const counters = countersOf({ insn_count: 8 }, 'inline', 0n);
  const memory = new ProcessMemory(8, 'big');
  memory.putCounters(0x4000n, 0x0102_0304_0506_0708n);

  expect((await counters.read(memory)).counters).toEqual([0x0102_0304_0506_0708n]);
});

test('memory that can not be read is no counter', async () => {
  const counters = countersOf({ insn_count: 8 }, 'inline', 0n);

  await expect(counters.read(new ProcessMemory())).rejects.toThrow(UnreadableCountersError);
});
