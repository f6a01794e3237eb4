import { expect, test } from 'vitest';
import { severalText } from '../../../src/commands/report/several-text.js';
import { formatTick } from '../../../src/observers/rows/format.js';
import { formatNames, formats } from '../../../src/observers/rows/formats.js';
import { info, inlineSummary, inlineTicks, percpuSummary, percpuTicks, plain } from './events.js';

/** Two guests in turn: 4711 counts per vCPU, 815 does not. */
function twoGuests(name: (typeof formatNames)[number]): string {
  const create = formats[name]({ ...plain, labelled: true });
  const [first, second] = [create(4711), create(815)];
  return [
    first.start({ ...info, mode: 'percpu' }),
    second.start({ ...info, pid: 815 }),
    ...percpuTicks.flatMap((tick, index) => {
      const other = inlineTicks[index];
      return [formatTick(first, tick), other === undefined ? '' : formatTick(second, other)];
    }),
    first.summary(percpuSummary),
    second.summary(inlineSummary),
  ].join('');
}

test.each(formatNames)('%s says of every row whose it is', async (name) => {
  await expect(twoGuests(name)).toMatchFileSnapshot(`golden/${name}-several.txt`);
});

test('csv has one header, and as many fields in every row', () => {
  const lines = twoGuests('csv').trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('pid,'))).toEqual([lines[0]]);
  expect(new Set(lines.map((line) => line.split(',').length))).toEqual(new Set([9]));
});

test('every object of jsonl has the pid', () => {
  const lines = twoGuests('jsonl').trimEnd().split('\n');
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('pid');
});

test('the summary tells of each guest and of all together', async () => {
  const guests = [
    { pid: 4711, vcpuLabel: String, summary: percpuSummary, joinedNs: 0 },
    { pid: 815, vcpuLabel: String, summary: inlineSummary, joinedNs: 0 },
  ];
  await expect(severalText(guests)).toMatchFileSnapshot('golden/summary-several.txt');
});

test('all together is from when the first was there to when the last was', () => {
  const late = { pid: 1, vcpuLabel: String, summary: percpuSummary, joinedNs: 3_600e9 };
  const early = { pid: 2, vcpuLabel: String, summary: inlineSummary, joinedNs: 0 };
  const seconds = 3_600 + percpuSummary.elapsedNs / 1e9;
  expect(severalText([early, late])).toContain(`${seconds.toFixed(3)}  seconds\n\n`);
});

test('one guest of --all has no sum', () => {
  const text = severalText([{ pid: 815, vcpuLabel: String, summary: inlineSummary, joinedNs: 0 }]);
  expect(text).toContain('process 815:');
  expect(text).not.toContain('together');
});
