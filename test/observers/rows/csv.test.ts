import { expect, test } from 'vitest';
import { csvFormat } from '../../../src/observers/rows/csv.js';
import { info, inlineSummary, inlineTicks, percpuTicks, printed, row } from './events.js';

test('a file that is continued gets no second header', () => {
  expect(csvFormat({ continued: false }).start(info)).toMatch(/^seq,/);
  expect(csvFormat({ continued: true }).start(info)).toBe('');
});

test('every row has as many fields as the header', () => {
  const format = csvFormat({ continued: false });
  const lines = printed(format, info, percpuTicks, inlineSummary).trimEnd().split('\n');
  expect(new Set(lines.map((line) => line.split(',').length))).toEqual(new Set([8]));
});

test('gaps and stopped ticks have no row', () => {
  const format = csvFormat({ continued: false });
  const silent = inlineTicks.filter(({ kind }) => kind !== 'sample');
  expect(silent.map((tick) => row(format, tick))).toEqual(['', '']);
});
