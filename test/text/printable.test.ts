import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonString, plainText, printable } from '../../src/text/printable.js';

test.each([
  ['an escape sequence', 'a\u001b[31mb', 'a\\x1b[31mb'],
  ['a newline and a tab', 'a\n\tb', 'a\\x0a\\x09b'],
  ['DEL', '\u007f', '\\x7f'],
  ['a C1 control', '\u009b31m', '\\x9b31m'],
  [
    'bidirectional controls',
    '\u202egpj.exe\u2066\u200f\u061c',
    '\\u202egpj.exe\\u2066\\u200f\\u061c',
  ],
  ['line separators', '\u2028\u2029', '\\u2028\\u2029'],
  ['half a surrogate pair', '\ud800x', '\\ud800x'],
])('%s becomes visible', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});

test.each(['/usr/bin/qemu-riscv64', 'Größe 数 👍', 'a b\\c"d\''])('%s stays as it is', (text) => {
  expect(printable(text)).toBe(text);
});

test('a JSON string is plain on a terminal and the same text when parsed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = jsonString(text);
      expect(json).toBe(printable(json));
      expect(JSON.parse(json)).toBe(text);
    }),
  );
});

test('signs of ours have a spelling in ASCII, and those of others stay', () => {
  expect(plainText('mean ± 1 …, – and Größe')).toBe('mean +/- 1 ..., - and Größe');
});
