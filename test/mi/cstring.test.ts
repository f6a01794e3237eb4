import { expect, test } from 'vitest';
import { readCString } from '../../src/mi/cstring.js';

/** `source` is the c-string with its quotes, as characters below U+0100 that stand for bytes. */
function read(source: string): unknown {
  return readCString(Buffer.from(source, 'latin1'), 0);
}

test.each([
  ['""', ''],
  ['"a b"', 'a b'],
  ['"\\n"', '\n'],
  ['"\\t"', '\t'],
  ['"\\r"', '\r'],
  ['"\\b"', '\b'],
  ['"\\f"', '\f'],
  ['"\\a"', '\x07'],
  ['"\\e[0m"', '\x1b[0m'],
  ['"\\033[0m"', '\x1b[0m'],
  ['"\\000"', '\0'],
  ['"\\0007"', '\x007'],
  ['"\\""', '"'],
  ['"\\\\"', '\\'],
  ['"\\\\n"', '\\n'],
  ['"\\\\\\""', '\\"'],
  ['"\\303\\251"', 'é'],
  ['"\xc3\xa9"', 'é'],
  ['"\xc3\\251"', 'é'],
  ['"\\360\\237\\230\\200"', '😀'],
  ['"\\357\\273\\277x"', '\ufeffx'],
  ['"\\377x"', '\ufffdx'],
  ['"\xff"', '\ufffd'],
  ['"\\303x"', '\ufffdx'],
  ['"\t"', '\t'],
])('%s is read', (source, text) => {
  expect(read(source)).toEqual({ kind: 'cstring', text, end: source.length });
});

test.each([
  ['"\\x41"', 1],
  ['"ab\\v"', 3],
  ['"\\0"', 1],
  ['"\\33"', 1],
  ['"\\33x"', 1],
  ['"\\038"', 1],
  ['"\\400"', 1],
  ['"\\777"', 1],
  ['"\\\xc3"', 1],
])('the unknown escape in %s is reported at byte %i', (source, offset) => {
  expect(read(source)).toEqual({ kind: 'malformed', offset, reason: 'unknown escape' });
});

test.each(['"', '"abc', '"\\', '"\\"', '"abc\\\\\\"'])('%s has no end', (source) => {
  expect(read(source)).toEqual({
    kind: 'malformed',
    offset: source.length,
    reason: 'unterminated string',
  });
});

test('text without a quote is no string', () => {
  expect(read('abc')).toEqual({ kind: 'malformed', offset: 0, reason: 'expected a string' });
});

test('reads from the middle of a line, and tells where it ended', () => {
  const line = new TextEncoder().encode('a="x\\ty",b="z"');
  expect(readCString(line, 2)).toEqual({ kind: 'cstring', text: 'x\ty', end: 8 });
});
