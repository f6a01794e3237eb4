import { expect, test } from 'vitest';
import { jsonlFormats } from '../../../src/observers/rows/jsonl.js';
import {
  info,
  inlineSummary,
  inlineTicks,
  MAX,
  percpuSummary,
  percpuTicks,
  plain,
  printed,
  sample,
} from './events.js';

test('every line is a JSON object of a known type', () => {
  const text = printed(jsonlFormats(plain)(info.pid), info, percpuTicks, percpuSummary);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line): { type?: unknown } => JSON.parse(line));
  expect(lines.map(({ type }) => type)).toEqual([
    'start',
    'sample',
    'sample',
    'gap',
    'sample',
    'stopped',
    'sample',
    'sample',
    'summary',
  ]);
});

test('counts have every digit as bare integers', () => {
  const text = jsonlFormats(plain)(info.pid).sample(sample(1, 1, 1, 2n ** 53n + 1n, MAX));
  const digits = [...text.matchAll(/"(insns|total)":(\d+)[,}]/g)].map(([, , count]) => count);
  expect(digits).toEqual(['9007199254740993', '18446744073709551615']);
});

test('paths of the guest are escaped, and come back whole', () => {
  const plugin = '/tmp/\u001b]0;x\u0007/\u202e"a\\b\n\u009b/libinsn.so';
  const line = jsonlFormats(plain)(info.pid).start({ ...info, plugin });
  expect(line.trimEnd()).not.toMatch(/\p{Cc}|\p{Bidi_C}/u);
  expect(JSON.parse(line)).toMatchObject({ plugin });
});

test.each([
  [
    { kind: 'exited', status: 7 },
    { kind: 'exited', status: 7 },
  ],
  [
    { kind: 'signalled', signal: 'SIGKILL' },
    { kind: 'signalled', signal: 'SIGKILL' },
  ],
  [{ kind: 'exec' }, { kind: 'exec' }],
  [{ kind: 'gone' }, { kind: 'gone' }],
] as const)('the end of the guest is told: %o', (end, exit) => {
  expect(
    JSON.parse(jsonlFormats(plain)(info.pid).summary({ ...inlineSummary, end })),
  ).toMatchObject({ exit });
});

test('a summary without the end of the guest has no exit', () => {
  expect(JSON.parse(jsonlFormats(plain)(info.pid).summary(percpuSummary))).not.toHaveProperty(
    'exit',
  );
});

test('mips are rounded to three decimals', () => {
  const [tick] = inlineTicks;
  if (tick?.kind !== 'sample') throw new Error('the run begins with a sample');
  const line = jsonlFormats(plain)(info.pid).sample({ ...tick, mips: 1.234_56 });
  expect(JSON.parse(line)).toMatchObject({ mips: 1.235 });
});
