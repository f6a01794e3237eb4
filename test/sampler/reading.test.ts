import { expect, test } from 'vitest';
import { shownVcpus } from '../../src/sampler/reading.js';

test.each([
  ['one at least', 0, [0n, 0n, 0n], 1],
  ['one where there is one counter', 0, [7n], 1],
  ['all up to the highest that counts', 0, [1n, 0n, 2n, 0n], 3],
  ['more when another begins to count', 1, [1n, 1n, 0n], 2],
  ['never fewer than before', 3, [1n, 0n, 0n, 0n], 3],
])('slots shown are %s', (_, before, counters, shown) => {
  expect(shownVcpus(before, counters)).toBe(shown);
});
