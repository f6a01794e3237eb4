import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bar, glyphsFor, sparkline } from '../../../src/observers/live/glyphs.js';

const blocks = glyphsFor('xterm-256color');
const ascii = glyphsFor('linux');

test('a sparkline goes from 0 to the greatest value, the newest at the right', () => {
  expect(sparkline([0, 1, 2, 4, 8], 6, 1, blocks)).toEqual(['  ▁▂▄█']);
});

test('only the newest values are shown, and they alone make the scale', () => {
  expect(sparkline([1000, 1, 2], 2, 1, blocks)).toEqual(['▄█']);
});

test('a value that is more than nothing can be seen', () => {
  expect(sparkline([0.001, 1000], 2, 1, blocks)).toEqual(['▁█']);
});

test('an interval without a value is a dot, one without instructions is empty', () => {
  expect(sparkline([4, undefined, 0, 4], 4, 2, blocks)).toEqual(['█  █', '█· █']);
});

test('a higher graph has finer steps', () => {
  expect(sparkline([1, 8, 9, 16], 4, 2, blocks)).toEqual(['  ▁█', '▁███']);
});

test('a run without instructions is an empty graph', () => {
  expect(sparkline([0, 0], 3, 2, blocks)).toEqual(['   ', '   ']);
});

test("Linux's console gets plain characters", () => {
  expect(sparkline([1, 2, 3, undefined], 4, 1, ascii)).toEqual(['.:|-']);
  expect(bar(0.5, 4, ascii)).toBe('##  ');
});

test.each([
  [0, '    '],
  [0.5, '██  '],
  [0.53, '██▏ '],
  [1, '████'],
  [7, '████'],
])('a bar of %d', (share, text) => {
  expect(bar(share, 4, blocks)).toBe(text);
});

test('every line of a graph is as wide as it should be', () => {
  const values = fc.array(
    fc.option(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), { nil: undefined }),
  );
  fc.assert(
    fc.property(
      values,
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 6 }),
      (all, width, rows) => {
        const lines = sparkline(all, width, rows, blocks);
        expect(lines).toHaveLength(rows);
        for (const line of lines) expect(Array.from(line)).toHaveLength(width);
      },
    ),
  );
});
