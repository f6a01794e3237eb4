import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/mi/lines.js';
import { parseRecord } from '../../src/mi/parse.js';

/** Bytes as a string of characters below U+0100. */
function bytes(latin1: string): Uint8Array {
  return Buffer.from(latin1, 'latin1');
}

function split(chunks: readonly Uint8Array[], maxLineBytes?: number): string[] {
  const splitter = new LineSplitter(maxLineBytes);
  return chunks
    .flatMap((chunk) => splitter.push(chunk))
    .map((line) => Buffer.from(line).toString('latin1'));
}

test.each([
  ['gives out what an LF ends', ['a\nb\n'], ['a', 'b']],
  ['keeps a line back until its LF has come', ['a', 'b'], []],
  ['joins a line that came in three chunks', ['a', 'b', 'c\n'], ['abc']],
  ['gives out empty lines', ['\n\n'], ['', '']],
  ['drops one CR before LF', ['a\r\n'], ['a']],
  ['drops one CR only', ['a\r\r\n'], ['a\r']],
  ['drops a CR whose LF is in the next chunk', ['a\r', '\n'], ['a']],
  ['keeps a CR that is not before LF', ['a\rb\n'], ['a\rb']],
  ['joins a UTF-8 sequence that was torn apart', ['\xc3', '\xa9\n'], ['\xc3\xa9']],
  ['takes empty chunks', ['', 'a', '', '\n', ''], ['a']],
])('%s', (_, chunks, lines) => {
  expect(split(chunks.map(bytes))).toEqual(lines);
});

test('any chunking gives the same lines, those beyond the bound included', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('\n', '\r', 'a', '"', '\xc3', '\xff'), { maxLength: 60 }),
      fc.array(fc.nat({ max: 60 })),
      fc.nat({ max: 12 }),
      (chars, cuts, maxLineBytes) => {
        const whole = bytes(chars.join(''));
        const ends = [...cuts, whole.length].sort((a, b) => a - b);
        const chunks = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
        expect(split(chunks, maxLineBytes)).toEqual(split([whole], maxLineBytes));
      },
    ),
  );
});

test('within the bound the lines are what a plain split gives', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('\n', '\r', 'a', 'é') }), (text) => {
      const lines = text.split('\n').slice(0, -1);
      const expected = lines.map((line) => line.replace(/\r$/, ''));
      const splitter = new LineSplitter();
      const actual = splitter.push(new TextEncoder().encode(text));
      expect(actual.map((line) => new TextDecoder().decode(line))).toEqual(expected);
    }),
  );
});

test('a line beyond the bound is cut, and the next one is whole again', () => {
  expect(split([bytes('12345\n1234\n1'), bytes('23456789'), bytes('0\n12\n')], 4)).toEqual([
    '1234\0',
    '1234',
    '1234\0',
    '12',
  ]);
});

test.each(['^done,a="1",b="2"', '~"a""b"', '(gdb) x', '^donedone', '12345^done', '~"\\\\\\\\"'])(
  'wherever %s is cut, the part does not pass for a record',
  (line) => {
    for (let maxLineBytes = 0; maxLineBytes < line.length; maxLineBytes += 1) {
      const [cut] = new LineSplitter(maxLineBytes).push(bytes(`${line}\n`));
      expect(parseRecord(cut ?? bytes('')).kind).toBe('malformed');
    }
  },
);

test('a line that never ends is given out once, at the bound', () => {
  const splitter = new LineSplitter(1024);
  const chunk = new Uint8Array(1000).fill(0x61);
  const lengths = Array.from({ length: 1000 }, () => splitter.push(chunk))
    .flat()
    .map((line) => line.length);
  expect(lengths).toEqual([1025]);
});

test('what is kept between chunks is a copy', () => {
  const splitter = new LineSplitter();
  const chunk = bytes('abc');
  splitter.push(chunk);
  chunk.fill(0x78);
  expect(splitter.push(bytes('\n')).map(String)).toEqual([bytes('abc').join()]);
});

test('four million one-byte chunks take linear time', { timeout: 30_000 }, () => {
  const splitter = new LineSplitter();
  const chunk = bytes('a');
  for (let count = 0; count < 4_000_000; count += 1) {
    splitter.push(chunk);
  }
  expect(splitter.push(bytes('\n'))[0]?.length).toBe(4_000_000);
});
