import { expect, test } from 'vitest';
import { nearestWord } from '../../src/cli/nearest.js';

const known = ['inspect', 'list', 'doctor', 'completion'];

test.each([
  ['lst', 'list'],
  ['lits', 'list'],
  ['inspct', 'inspect'],
  ['INSPECT', 'inspect'],
  ['docter', 'doctor'],
  ['completions', 'completion'],
])('%s was meant to be %s', (word, meant) => {
  expect(nearestWord(word, known)).toBe(meant);
});

test.each(['', '1234', 'foo', 'x'.repeat(100_000)])('nothing is near to %.10j', (word) => {
  expect(nearestWord(word, known)).toBeUndefined();
});

test('a swap of two letters is one error', () => {
  expect(nearestWord('cvs', ['csv'])).toBe('csv');
});
