import { expect, test } from 'vitest';
import { readKeys } from '../../../src/observers/live/keys.js';

test.each([
  ['q', ['quit']],
  ['p', ['pause']],
  ['r', ['reset']],
  ['?', ['help']],
  ['pr?', ['pause', 'reset', 'help']],
  ['\u0003', ['interrupt']],
  ['\u001a', ['suspend']],
  ['\u001c', ['abort']],
  ['x é\n', []],
])('%j asks for %j', (chunk, actions) => {
  expect(readKeys(chunk)).toEqual(actions);
});

test.each([
  ['an arrow key', '\u001b[A'],
  ['F1', '\u001bOP'],
  ['a function key whose last byte is a letter of ours', '\u001b[1;2r'],
  ['the escape key', '\u001b'],
])('%s asks for nothing', (_, chunk) => {
  expect(readKeys(chunk)).toEqual([]);
});

test('a key after an escape sequence counts', () => {
  expect(readKeys('\u001b[Bq')).toEqual(['quit']);
});
