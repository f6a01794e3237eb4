import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextPoint, pointsMissed, pointsPassed } from '../../src/sampler/grid.js';

const grid = { origin: 1000n, intervalNs: 10n };

test.each([
  ['the first one', 0, 1000n, 1010n],
  ['the one after that dealt with', 3, 1033n, 1040n],
  ['one that has come to the ns', 0, 1010n, 1010n],
  ['no second time one that was dealt with', 1, 1010n, 1020n],
  ['none that has passed', 1, 1021n, 1030n],
  ['the next after a long time', 1, 1995n, 2000n],
])('the next point is %s', (_, passed, now, expected) => {
  expect(nextPoint(grid, passed, now)).toBe(expected);
});

test.each([
  [1000n, 0],
  [1009n, 0],
  [1010n, 1],
  [1019n, 1],
  [9999n, 899],
])('at %s, %s points have passed', (now, passed) => {
  expect(pointsPassed(grid, now)).toBe(passed);
});

test.each([
  ['none where the tick takes the only point', 3, 4, 0],
  ['none between two points', 4, 4, 0],
  ['all but the one that is taken', 4, 304, 299],
])('points missed are %s', (_, before, now, missed) => {
  expect(pointsMissed(before, now)).toBe(missed);
});

const anyGrid = fc.record({
  origin: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  intervalNs: fc.bigInt({ min: 1_000_000n, max: 10n ** 15n }),
});

test('the next point is on the grid, not passed, and less than an interval away unless taken', () => {
  const sinceNs = fc.bigInt({ min: 0n, max: 2n ** 52n });
  fc.assert(
    fc.property(anyGrid, sinceNs, sinceNs, (any, before, since) => {
      const passed = pointsPassed(any, any.origin + before);
      const now = any.origin + before + since;
      const next = nextPoint(any, passed, now);
      expect((next - any.origin) % any.intervalNs).toBe(0n);
      expect(next).toBeGreaterThanOrEqual(now);
      expect(next - now).toBeLessThanOrEqual(any.intervalNs);
      expect(pointsPassed(any, next)).toBeGreaterThan(passed);
    }),
  );
});

test('every point is taken or missed, however late each wake-up is', () => {
  const delaysNs = fc.array(fc.bigInt({ min: 0n, max: 10n ** 11n }), { maxLength: 50 });
  fc.assert(
    fc.property(anyGrid, delaysNs, (any, delays) => {
      let now = any.origin;
      let passed = 0;
      let missed = 0;
      for (const delay of delays) {
        now = nextPoint(any, passed, now) + delay;
        const passedNow = pointsPassed(any, now);
        missed += pointsMissed(passed, passedNow);
        passed = passedNow;
      }
      expect(delays.length + missed).toBe(passed);
    }),
  );
});
