import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRecord } from '../../src/mi/parse.js';
import type { MiRecord, MiResult, MiValue } from '../../src/mi/record.js';
import { printableRecord } from './arbitrary.js';
import { realLines } from './real-lines.js';
import { serialize } from './serialize.js';

function parse(line: string): MiRecord {
  return parseRecord(new TextEncoder().encode(line));
}

/** The results of a record that must have some. */
function results(line: string): readonly MiResult[] {
  const record = parse(line);
  if (record.kind !== 'result' && record.kind !== 'async') {
    throw new Error(`${line} is ${JSON.stringify(record)}`);
  }
  return record.results;
}

const text = (value: string): MiValue => ({ kind: 'const', text: value });
const tuple = (...members: MiResult[]): MiValue => ({ kind: 'tuple', results: members });
const list = (...members: MiResult[]): MiValue => ({ kind: 'list', results: members });
const named = (name: string, value: MiValue): MiResult => ({ name, value });
const bare = (value: MiValue): MiResult => ({ name: undefined, value });

test('a result record has its token, class and results', () => {
  expect(parse('42^done,value="7"')).toEqual({
    kind: 'result',
    token: 42,
    class: 'done',
    results: [named('value', text('7'))],
  });
});

test('an async record has its type', () => {
  expect(parse('*running,thread-id="all"')).toEqual({
    kind: 'async',
    type: 'exec',
    token: undefined,
    class: 'running',
    results: [named('thread-id', text('all'))],
  });
});

test('a stream record has its text', () => {
  expect(parse('~"Reading symbols…\\n"')).toEqual({
    kind: 'stream',
    stream: 'console',
    text: 'Reading symbols…\n',
  });
});

test.each(['(gdb) ', '(gdb)'])('"%s" is the prompt', (line) => {
  expect(parse(line)).toEqual({ kind: 'prompt' });
});

test('a key may be repeated, and the order is kept', () => {
  expect(results('^done,thread-ids={thread-id="3",thread-id="2"}')).toEqual([
    named('thread-ids', tuple(named('thread-id', text('3')), named('thread-id', text('2')))),
  ]);
});

test('a tuple may hold bare values', () => {
  expect(results('^done,script={"a","b"}')).toEqual([
    named('script', tuple(bare(text('a')), bare(text('b')))),
  ]);
});

test('a list may hold results', () => {
  expect(results('^done,stack=[frame={level="0"},frame={level="1"}]')).toEqual([
    named(
      'stack',
      list(
        named('frame', tuple(named('level', text('0')))),
        named('frame', tuple(named('level', text('1')))),
      ),
    ),
  ]);
});

test('tuples at top level need no name', () => {
  expect(results('^done,bkpt={number="1"},{number="1.1"}')).toEqual([
    named('bkpt', tuple(named('number', text('1')))),
    bare(tuple(named('number', text('1.1')))),
  ]);
});

test('empty strings, tuples and lists are not lost', () => {
  expect(results('^done,a="",b={},c=[],d=[""],e=["",""]')).toEqual([
    named('a', text('')),
    named('b', tuple()),
    named('c', list()),
    named('d', list(bare(text('')))),
    named('e', list(bare(text('')), bare(text('')))),
  ]);
});

test('keys may have digits, underscores, hyphens and dots', () => {
  expect(results('^done,a_b-c.9="x"')).toEqual([named('a_b-c.9', text('x'))]);
});

test('a key of __proto__ is a key', () => {
  expect(results('^done,__proto__={polluted="yes"}')).toEqual([
    named('__proto__', tuple(named('polluted', text('yes')))),
  ]);
  expect({}).not.toHaveProperty('polluted');
});

test('\\033 is one escape character, not NUL and two digits', () => {
  expect(parse('&"\\033[31m"')).toMatchObject({ text: '\x1b[31m' });
});

test('brackets, braces, commas and quotes within strings are text', () => {
  expect(results('^error,msg="a\\",b={c=[\\"d"')).toEqual([named('msg', text('a",b={c=["d'))]);
});

test.each([
  ['^done,a=[', 9, 'expected a value'],
  ['^done,a={', 9, 'expected a value'],
  ['^done,a=["1"', 12, 'unterminated list'],
  ['^done,a={b="1"', 14, 'unterminated tuple'],
  ['^done,a={b="1",', 15, 'expected a value'],
  ['^done,a="', 9, 'unterminated string'],
  ['^done,a="b\\', 11, 'unterminated string'],
  ['^done,a', 7, "expected '=' after a name"],
  ['^done,a=', 8, 'expected a value'],
  ['^done,', 6, 'expected a value'],
  ['^done,,a="1"', 6, 'expected a value'],
  ['^done,="1"', 6, 'expected a value'],
  ['^done,a=1', 8, 'expected a value'],
  ['^done,a=b="1"', 8, 'expected a value'],
  ['^done,a="1"x', 11, 'expected a comma or the end of the line'],
  ['^done,a={b="1"]', 14, "expected a comma or the tuple's end"],
  ['^done,a=["1"}', 12, "expected a comma or the list's end"],
  ['^done,a=["1",]', 13, 'expected a value'],
  ['^done,a="1"}', 11, 'expected a comma or the end of the line'],
  ['^done,a="\\q"', 9, 'unknown escape'],
  ['^done, a="1"', 6, 'expected a value'],
  ['~x', 1, 'expected a string'],
  ['~', 1, 'expected a string'],
  ['~"a"b', 4, 'expected the end of the line'],
  ['warning: junk', 0, 'not an MI record'],
  ['', 0, 'not an MI record'],
  [`${'9'.repeat(30)}^done`, 0, 'token too large'],
])('%s is malformed at byte %i: %s', (line, offset, reason) => {
  expect(parse(line)).toEqual({ kind: 'malformed', offset, reason, line });
});

test('the excerpt of a malformed line is bounded', () => {
  const record = parse('x'.repeat(1_000_000));
  expect(record).toMatchObject({ kind: 'malformed', line: `${'x'.repeat(160)}…` });
});

test('the excerpt of a malformed line does nothing to a terminal', () => {
  expect(parse('\x1b[2J\r\x7f\x9b\u202e\u2028é\\')).toMatchObject({
    line: '\\u{1b}[2J\\u{d}\\u{7f}\\u{9b}\\u{202e}\\u{2028}é\\',
  });
});

test.each([
  ['[', 'list'],
  ['{', 'tuple'],
])('a million of %s do not overflow the stack', (bracket) => {
  expect(parse(`^done,${bracket.repeat(1_000_000)}`)).toMatchObject({
    kind: 'malformed',
    reason: 'nested too deeply',
  });
});

test('a hundred levels are read, one more is refused', () => {
  const nested = (depth: number) => `^done,a=${'['.repeat(depth)}${']'.repeat(depth)}`;
  expect(parse(nested(100)).kind).toBe('result');
  expect(parse(nested(101)).kind).toBe('malformed');
});

test.each([
  ['strings', `^done${',a="1"'.repeat(1_000_000)}`],
  ['escapes', `~"${'\\033'.repeat(2_000_000)}"`],
  ['quotes', `^done,a=[${'"",'.repeat(2_000_000)}`],
  ['backslashes without end', `~"${'\\\\'.repeat(4_000_000)}`],
  ['a name', `^done,${'a'.repeat(8_000_000)}`],
  ['a token', '1'.repeat(8_000_000)],
])('a line of megabytes of %s takes linear time', { timeout: 30_000 }, (_, line) => {
  const bytes = new TextEncoder().encode(line);
  const start = performance.now();
  parseRecord(bytes);
  // Well below a second if linear; the better part of an hour if quadratic.
  expect(performance.now() - start).toBeLessThan(15_000);
});

test.each(realLines)('gdb printed %s', (line) => {
  const record = parse(line);
  if (record.kind === 'malformed') {
    throw new Error(`${record.reason} at ${record.offset}`);
  }
  expect(parseRecord(serialize(record))).toEqual(record);
});

test('every record that can be printed is read back as it was', () => {
  fc.assert(
    fc.property(printableRecord, (record) => {
      expect(parseRecord(serialize(record))).toEqual(record);
    }),
    { numRuns: 500 },
  );
});

test('every prefix of every valid line is read or refused', () => {
  const refuse = (line: Uint8Array) => {
    for (let end = 0; end < line.length; end += 1) {
      const record = parseRecord(line.subarray(0, end));
      if (record.kind === 'malformed') {
        expect(record.offset).toBeLessThanOrEqual(end);
      }
    }
  };
  for (const line of realLines) {
    refuse(new TextEncoder().encode(line));
  }
  fc.assert(fc.property(printableRecord, (record) => refuse(serialize(record))));
});
