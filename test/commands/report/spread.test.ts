import { expect, test } from 'vitest';
import { spreadOf } from '../../../src/commands/report/spread-text.js';

test.each([
  { values: [7], mean: 7, deviation: undefined },
  { values: [1, 3], mean: 2, deviation: Math.SQRT2 },
  { values: [2, 4, 4, 4, 5, 5, 7, 9], mean: 5, deviation: Math.sqrt(32 / 7) },
  { values: [0, 0, 0], mean: 0, deviation: 0 },
])('$values have mean $mean and sample standard deviation $deviation', (expected) => {
  const { mean, deviation } = spreadOf(expected.values);
  expect(mean).toBeCloseTo(expected.mean, 12);
  if (expected.deviation === undefined) expect(deviation).toBeUndefined();
  else expect(deviation).toBeCloseTo(expected.deviation, 12);
});
