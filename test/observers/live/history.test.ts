import { expect, test } from 'vitest';
import { History } from '../../../src/observers/live/history.js';

const MS = 1e6;

test('of guests that tell of theirs in bundles, each interval is a sum', () => {
  const history = new History(MS);
  const wholes = [1, 2, 3].map((point) => history.add(7, point * MS, 10, 2));
  const sums = [1, 2, 3].map((point) => history.add(8, point * MS, point, 2));

  expect(wholes).toEqual([undefined, undefined, undefined]);
  expect(sums).toEqual([11, 12, 13]);
  expect(history.values()).toEqual([11, 12, 13]);
});

test('a point that only one guest has is in its place', () => {
  const history = new History(MS);
  history.add(7, MS, 10, 2);
  history.add(7, 3 * MS, 30, 2);
  history.add(8, 2 * MS, 2, 2);

  expect(history.values()).toEqual([10, 2, 30]);
});

test('a guest that tells twice of an interval has two', () => {
  const history = new History(MS);
  history.add(7, MS, 10, 1);
  history.add(7, 1.2 * MS, 4, 1);

  expect(history.values()).toEqual([10, 4]);
});
