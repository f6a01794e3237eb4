import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { directoryOfFile } from '../fixtures/directory.ts';
import type { Guest } from '../fixtures/guest.ts';
import { startBusyHarts } from '../fixtures/harts.ts';
import { icount } from '../fixtures/icount.ts';

const folder = directoryOfFile();
let guest: Guest;

beforeAll(async () => {
  guest = await startBusyHarts(2);
  return () => guest[Symbol.asyncDispose]();
});

test('each run is printed, and their mean with its standard deviation', async () => {
  const file = join(folder, 'runs');
  const run = await icount([
    guest.pid,
    '--repeat',
    3,
    '--',
    'sh',
    '-c',
    `echo run >>${file}; sleep 0.1`,
  ]);

  expect(run).toMatchObject({ status: 0, stdout: '' });
  expect(readFileSync(file, 'utf8')).toBe('run\nrun\nrun\n');
  const rows = [...run.stderr.matchAll(/^ +([123]) +([\d,]+) +(\d+\.\d{3}) +(\d+\.\d\d)$/gm)];
  expect(rows.map(([, number]) => number)).toEqual(['1', '2', '3']);
  const insns = rows.map(([, , count = '']) => Number(count.replaceAll(',', '')));
  const mean = insns.reduce((sum, count) => sum + count, 0) / 3;
  const deviation = Math.sqrt(insns.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 2);
  const told = /([\d,]+) ± +([\d,]+) {2}instructions/.exec(run.stderr) ?? [];
  const [toldMean, toldDeviation] = told.slice(1).map((text) => Number(text.replaceAll(',', '')));
  expect(toldMean).toBeCloseTo(mean, -0.5);
  expect(toldDeviation).toBeCloseTo(deviation, -0.5);
  expect(run.stderr).toMatch(/on cpu 1 {2}#/);
});

test('the first status that is not 0 is ours, and the runs go on', async () => {
  const file = join(folder, 'count');
  const script = `echo >>${file}; exit $(wc -l <${file})`;
  const run = await icount([guest.pid, '--repeat', 3, '--', 'sh', '-c', script]);
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('exit status 3');
});

test('rows of one run follow those of another', async () => {
  const file = join(folder, 'rows.csv');
  await icount([guest.pid, '--repeat', 2, '-f', 'csv', '-o', file, '--', 'true']);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(lines.filter((line) => line.startsWith('seq,'))).toHaveLength(1);
  const seqs = lines.flatMap((line) => /^(\d+),[^,]*,\d+,\d+,all,/.exec(line)?.[1] ?? []);
  expect(seqs).toEqual(['1', '2']);
});
