import { expect, test } from 'vitest';
import { counted, groupDigits, secondsText } from '../../src/text/figures.js';

test.each([
  [0n, '0'],
  [999n, '999'],
  [1000n, '1,000'],
  [123_456n, '123,456'],
  [2n ** 53n + 1n, '9,007,199,254,740,993'],
  [2n ** 64n - 1n, '18,446,744,073,709,551,615'],
])('%s is written as %s', (count, text) => {
  expect(groupDigits(count)).toBe(text);
});

test.each([
  [0, '0.000'],
  [1_000_400_000, '1.000'],
  [86_400_000_000_000, '86400.000'],
])('%s ns are %s seconds', (durationNs, text) => {
  expect(secondsText(durationNs)).toBe(text);
});

test('one is singular, and no other number', () => {
  expect([0, 1, 2].map((count) => counted(count, 'gap'))).toEqual(['0 gaps', '1 gap', '2 gaps']);
});
