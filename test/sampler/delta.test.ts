import fc from 'fast-check';
import { expect, test } from 'vitest';
import { difference } from '../../src/sampler/delta.js';

const MAX = 2n ** 64n - 1n;
const counter = fc.bigInt({ min: 0n, max: MAX });

test.each([
  ['nothing executed', [5n], [5n], [0n]],
  ['each counter by itself', [1n, 2n], [11n, 2n], [10n, 0n]],
  ['above 2^53', [2n ** 53n], [2n ** 53n + 1n], [1n]],
  ['around 2^64', [MAX - 9n], [15n], [25n]],
  ['across the sign bit', [2n ** 63n - 1n], [2n ** 63n], [1n]],
  ['a counter that was not there before', [7n], [9n, 100n], [2n, 100n]],
])('the difference is taken of %s', (_, before, after, insns) => {
  expect(difference(before, after)).toEqual({ kind: 'advanced', insns });
});

test.each([
  ['by one', [5n, 8n], [9n, 7n], { index: 1, before: 8n, after: 7n }],
  ['to zero', [10n ** 18n], [0n], { index: 0, before: 10n ** 18n, after: 0n }],
  ['out of existence', [5n, 6n], [5n], { index: 1, before: 6n, after: undefined }],
])('a counter that goes back %s is a fall', (_, before, after, fall) => {
  expect(difference(before, after)).toEqual({ kind: 'fell', ...fall });
});

test('any advance below 2^63 is found again, wherever the counter wraps', () => {
  fc.assert(
    fc.property(counter, fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), (before, advance) => {
      const after = BigInt.asUintN(64, before + advance);
      expect(difference([before], [after])).toEqual({ kind: 'advanced', insns: [advance] });
    }),
  );
});

test('any step back of 2^63 or less is a fall', () => {
  fc.assert(
    fc.property(counter, fc.bigInt({ min: 1n, max: 2n ** 63n }), (before, back) => {
      const after = BigInt.asUintN(64, before - back);
      expect(difference([before], [after])).toMatchObject({ kind: 'fell', index: 0 });
    }),
  );
});

test('deltas are never negative and as many as the counters', () => {
  fc.assert(
    fc.property(fc.array(counter), fc.array(counter), (before, after) => {
      const delta = difference(before, after);
      if (delta.kind === 'fell') return;
      expect(delta.insns).toHaveLength(after.length);
      expect(delta.insns.every((insns) => insns >= 0n)).toBe(true);
    }),
  );
});
