import { expect, test } from 'vitest';
import { mipsOf } from '../../src/sampler/sample.js';

test.each([
  [1_000_000n, 1_000_000_000, 1],
  [2_500_000n, 500_000_000, 5],
  [0n, 1_000_000_000, 0],
  [5n, 0, 0],
])('%s instructions in %s ns are %s MIPS', (insns, durNs, mips) => {
  expect(mipsOf(insns, durNs)).toBe(mips);
});
