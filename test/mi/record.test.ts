import { expect, test } from 'vitest';
import { findText, findValue, type MiResult } from '../../src/mi/record.js';

const results: readonly MiResult[] = [
  { name: undefined, value: { kind: 'const', text: 'bare' } },
  { name: 'a', value: { kind: 'const', text: '' } },
  { name: 'a', value: { kind: 'const', text: 'second' } },
  { name: 'list', value: { kind: 'list', results: [] } },
];

test('finds the first value of a name', () => {
  expect(findValue(results, 'a')).toEqual({ kind: 'const', text: '' });
  expect(findValue(results, 'list')).toEqual({ kind: 'list', results: [] });
});

test('finds nothing where there is nothing', () => {
  expect(findValue(results, 'b')).toBeUndefined();
  expect(findText(results, 'b')).toBeUndefined();
});

test('an empty text is a text', () => {
  expect(findText(results, 'a')).toBe('');
});

test('a list has no text', () => {
  expect(findText(results, 'list')).toBeUndefined();
});

test.each(['__proto__', 'constructor', 'length'])(
  '%s is not found unless gdb printed it',
  (name) => {
    expect(findValue(results, name)).toBeUndefined();
  },
);
