import { expect, test } from 'vitest';
import { csvFormats } from '../../../src/observers/rows/csv.js';
import { formatTick } from '../../../src/observers/rows/format.js';
import { info, inlineSummary, inlineTicks, percpuTicks, plain, printed } from './events.js';

test('a file that is continued gets no second header', () => {
  expect(csvFormats(plain)(info.pid).start(info)).toMatch(/^seq,/);
  expect(csvFormats({ ...plain, continued: true })(info.pid).start(info)).toBe('');
});

test('every row has as many fields as the header', () => {
  const format = csvFormats(plain)(info.pid);
  const lines = printed(format, info, percpuTicks, inlineSummary).trimEnd().split('\n');
  expect(new Set(lines.map((line) => line.split(',').length))).toEqual(new Set([8]));
});

test('gaps and stopped ticks have no row', () => {
  const format = csvFormats(plain)(info.pid);
  const silent = inlineTicks.filter(({ kind }) => kind !== 'sample');
  expect(silent.map((tick) => formatTick(format, tick))).toEqual(['', '']);
});
