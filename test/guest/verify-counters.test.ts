import { expect, test } from 'vitest';
import { verifyCounters } from '../../src/guest/verify-counters.js';
import { selectLayout } from '../../src/layout/layouts.js';
import { ProcessMemory } from '../layout/process-memory.ts';
import { untyped } from '../layout/variables.ts';

const variables = untyped({ insn_count: 8, bb_count: 8 });
const { addressBytes: insns } = variables.get('insn_count') ?? { addressBytes: 0n };
const { addressBytes: blocks } = variables.get('bb_count') ?? { addressBytes: 0n };
const match = selectLayout(variables, 8, 'libbb.so', 'bb');
const counting = { mode: 'percpu', perVcpu: false } as const;
const found = {
  counters: match.counters(counting, 0n, 'percpu'),
  blocks: match.blocks?.(counting, 0n, 'percpu'),
};

function memoryOf(insnCount: bigint, blockCount: bigint): ProcessMemory {
  const memory = new ProcessMemory();
  memory.putCounters(insns, insnCount);
  memory.putCounters(blocks, blockCount);
  return memory;
}

const alive = () => true;

test.each([
  [0n, 0n],
  [3n, 3n],
  [3n * 10n ** 12n, 10n ** 12n],
])('%d instructions in %d blocks are counters', async (insnCount, blockCount) => {
  expect(await verifyCounters(found, memoryOf(insnCount, blockCount), alive)).toBeUndefined();
});

test('fewer instructions than blocks are none', async () => {
  expect(await verifyCounters(found, memoryOf(150_007n, 300_028n), alive)).toBe(
    '150,007 instructions in 300,028 blocks',
  );
});

test('what can not be read is none', async () => {
  expect(await verifyCounters(found, new ProcessMemory(), alive)).toMatch(
    /^8 bytes at 0x.*be read$/,
  );
});

test('what is no counter yet becomes one', async () => {
  const memory = memoryOf(0n, 1n);
  let looks = 0;
  memory.beforeRange = ({ address }) => {
    if (address !== insns) return;
    looks += 1;
    if (looks === 3) memory.putCounters(insns, 10n);
  };

  expect(await verifyCounters(found, memory, alive)).toBeUndefined();
  expect(looks).toBe(3);
});

test('of a guest that ends meanwhile nothing is said', async () => {
  // Its memory is gone, and gdb answers with what the file holds.
  expect(await verifyCounters(found, memoryOf(0n, 7n), () => false)).toBeUndefined();
});
