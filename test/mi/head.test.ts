import { expect, test } from 'vitest';
import { readHead } from '../../src/mi/head.js';

function head(line: string): unknown {
  return readHead(new TextEncoder().encode(line));
}

test('tells a result from its token and class', () => {
  expect(head('17^done,value="1"')).toEqual({
    kind: 'result',
    token: 17,
    class: 'done',
    bodyOffset: 7,
  });
});

test('a record without results has its body at the end of the line', () => {
  expect(head('^running')).toEqual({
    kind: 'result',
    token: undefined,
    class: 'running',
    bodyOffset: 8,
  });
});

test.each([
  ['*stopped', 'exec'],
  ['+download', 'status'],
  ['=thread-created', 'notify'],
])('%s is an async record of type %s', (line, type) => {
  expect(head(line)).toMatchObject({ kind: 'async', type, class: line.slice(1) });
});

test.each([
  ['~"x"', 'console'],
  ['@"x"', 'target'],
  ['&"x"', 'log'],
])('%s is of the %s stream', (line, stream) => {
  expect(head(line)).toEqual({ kind: 'stream', stream, bodyOffset: 1 });
});

test('does not look at the values', () => {
  expect(head('=thread-created,}}}"')).toMatchObject({ kind: 'async', class: 'thread-created' });
});

test.each(['(gdb) ', '(gdb)'])('"%s" is the prompt', (line) => {
  expect(head(line)).toEqual({ kind: 'prompt' });
});

test.each([
  ['', 0],
  ['(gdb)  ', 0],
  ['(gdb', 0],
  ['(gdb) ^done', 0],
  ['17(gdb) ', 2],
  ['17', 2],
  ['17~"x"', 2],
  ['^', 1],
  ['^,a="1"', 1],
  ['^done ', 5],
  ['^done{', 5],
  ['Warning: something', 0],
  ['\ufeff^done', 0],
])('"%s" is malformed at byte %i', (line, offset) => {
  expect(head(line)).toMatchObject({ kind: 'malformed', offset });
});

test('a token may have leading zeros', () => {
  expect(head('007^done')).toMatchObject({ token: 7 });
});

test('the largest token is the largest safe integer', () => {
  expect(head('9007199254740991^done')).toMatchObject({ token: Number.MAX_SAFE_INTEGER });
});

test.each(['9007199254740992', '9'.repeat(30), '1'.repeat(100_000)])(
  'a token of %s is no number at all',
  (token) => {
    expect(head(`${token}^done`)).toMatchObject({ kind: 'malformed', reason: 'token too large' });
  },
);

test('a class that is new to us is read like any other', () => {
  expect(head('=Brand_new-class.2,x="1"')).toMatchObject({ class: 'Brand_new-class.2' });
});
