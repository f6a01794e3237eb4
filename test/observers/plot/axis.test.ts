import { expect, test } from 'vitest';
import { rateAxis, roundStep, timeAxis } from '../../../src/observers/plot/axis.js';

test.each([
  [0.0007, 0.001],
  [0.3, 0.5],
  [1, 1],
  [1.1, 2],
  [2.1, 5],
  [5.1, 10],
  [60, 100],
])('a step of at least %d is %d', (least, step) => {
  expect(roundStep(least)).toBeCloseTo(step, 10);
});

test.each([
  [0, ['0.0000', '0.0002']],
  [0.7, ['0.0', '0.2', '0.4', '0.6', '0.8']],
  [100, ['0', '20', '40', '60', '80', '100']],
  [102, ['0', '20', '40', '60', '80', '100', '120']],
  [5_000, ['0', '1,000', '2,000', '3,000', '4,000', '5,000']],
])('rates up to %d are named so', (most, names) => {
  const axis = rateAxis(most);
  expect(axis.ticks.map(({ text }) => text)).toEqual(names);
  expect(axis.most).toBeGreaterThanOrEqual(most);
});

test.each([
  [15e6, 'milliseconds', '14'],
  [3e9, 'seconds', '3.0'],
  [100e9, 'seconds', '100'],
  [600e9, 'minutes', '10'],
  [5 * 3600e9, 'hours', '5.0'],
  [20 * 86_400e9, 'days', '20'],
])('%d ns are told in %s', (spanNs, unit, lastName) => {
  const axis = timeAxis(spanNs);
  expect(axis.unit).toBe(unit);
  expect(axis.most).toBeCloseTo(spanNs, -3);
  expect(axis.ticks.at(-1)?.text).toBe(lastName);
});

test('an axis never has more names than there is room for', () => {
  for (let span = 1; span < 1e16; span *= 1.37) {
    expect(timeAxis(span).ticks.length).toBeLessThanOrEqual(11);
    expect(rateAxis(span).ticks.length).toBeLessThanOrEqual(7);
  }
});
