import { expect, test } from 'vitest';
import { tableFormats } from '../../../src/observers/rows/table.js';
import { gap, info, inlineSummary, MAX, plain, printed, sample, vcpu } from './events.js';

const isHeader = (line: string) => line.includes('instructions');

function lines(terminal: boolean, ...ticks: Parameters<typeof printed>[2][number][]): string[] {
  const format = tableFormats({ ...plain, terminal })(info.pid);
  return printed(format, info, ticks, inlineSummary).trimEnd().split('\n');
}

const ordinary = (seq: number) => sample(seq, seq, 1, 10n ** 11n, 10n ** 11n * BigInt(seq));

test('ordinary values line up under one header', () => {
  const rows = lines(false, ...Array.from({ length: 100 }, (_, index) => ordinary(index + 1)));
  expect(rows.filter(isHeader)).toHaveLength(1);
  expect(new Set(rows.map(({ length }) => length)).size).toBe(1);
});

test('on a terminal the header comes again before it scrolls away', () => {
  const rows = lines(true, ...Array.from({ length: 60 }, (_, index) => ordinary(index + 1)));
  const headers = rows.flatMap((line, index) => (isHeader(line) ? [index] : []));
  expect(headers).toEqual([0, 25, 50]);
});

test('a wider value widens its column for good, under a new header', () => {
  const rows = lines(false, ordinary(1), sample(2, 2, 1, MAX, MAX), ordinary(3));
  expect(rows.map(isHeader)).toEqual([true, false, true, false, false]);
  expect(new Set(rows.slice(2).map(({ length }) => length)).size).toBe(1);
});

test('columns appear as vCPUs do, under a new header', () => {
  const one = sample(1, 1, 1, 5n, 5n, [vcpu(0, 5n, 5n)]);
  const two = sample(2, 2, 1, 5n, 10n, [vcpu(0, 2n, 7n), vcpu(1, 3n, 3n)]);
  const rows = lines(false, one, one, two);
  expect(rows.filter(isHeader).map((header) => header.match(/cpu\d/g))).toEqual([
    ['cpu0'],
    ['cpu0', 'cpu1'],
  ]);
});

test('the reason of a gap is safe to print and stays on its line', () => {
  const rows = lines(false, gap(1, '\u001b[2J\nno\u202e'));
  expect(rows[1]).toMatch(/no value: \\x1b\[2J\\x0ano\\u202e$/);
});

test('a slot that more vCPUs come to share has more in its name, under a new header', () => {
  const format = tableFormats(plain)(info.pid);
  let shared = 1;
  const vcpuLabel = () => Array.from({ length: shared }, (_, turn) => turn * 8).join('+');
  format.start({ ...info, vcpuLabel });
  const titles = [1, 1, 2, 5, 6].map((now, index) => {
    shared = now;
    const row = format.sample(sample(index + 1, index + 1, 1, 5n, 5n, [vcpu(0, 5n, 5n)]));
    return row.match(/cpu\S+/)?.[0];
  });

  expect(titles).toEqual(['cpu0', undefined, 'cpu0+8', 'cpu0+8+...+32', 'cpu0+8+...+40']);
});
