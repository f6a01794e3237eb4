import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { directoryOfFile } from '../fixtures/directory.ts';
import { startFixed } from '../fixtures/fixed.ts';
import type { Guest } from '../fixtures/guest.ts';
import { startBusyHarts } from '../fixtures/harts.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { startSpin } from '../fixtures/running.ts';
import { until } from '../fixtures/until.ts';

const folder = directoryOfFile();

let asleep: Guest;
let busy: Guest;

beforeAll(async () => {
  asleep = await startFixed(pluginFile('array-with-pc'));
  return () => asleep[Symbol.asyncDispose]();
});

beforeAll(async () => {
  busy = await startBusyHarts(2);
  return () => busy[Symbol.asyncDispose]();
});

interface Row {
  readonly type: string;
  readonly pid: number;
  readonly seq?: number;
  readonly elapsed_ns: number;
  readonly insns: number;
  readonly total: number;
  readonly reason?: string;
}

function rowsOf(stdout: string): readonly Row[] {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): Row => JSON.parse(line));
}

test('every guest has its rows, on one grid, and the summary tells of all', async () => {
  const run = await icount([
    asleep.pid,
    busy.pid,
    asleep.pid,
    '-f',
    'jsonl',
    '-i',
    '50ms',
    '-n',
    4,
  ]);

  expect(run.status).toBe(0);
  const rows = rowsOf(run.stdout);
  for (const guest of [asleep, busy]) {
    const own = rows.filter(({ pid }) => pid === guest.pid);
    expect(own.map(({ type }) => type)).toEqual(['start', ...Array(4).fill('sample'), 'summary']);
  }
  const sleeping = rows.find(({ pid, type }) => pid === asleep.pid && type === 'summary');
  expect(sleeping).toMatchObject({ total: 2_000_020, reason: 'count' });
  expect(run.stderr).toContain(`process ${asleep.pid}:`);
  expect(run.stderr).toContain(`process ${busy.pid}:`);
  expect(run.stderr).toContain('2 guests together:');
});

test('a table has a column for the pid, csv too', async () => {
  const table = await icount([asleep.pid, busy.pid, '-i', '20ms', '-n', 1, '-q']);
  expect(table.stdout).toMatch(/^ +pid +elapsed s +instructions/);
  const csv = await icount([asleep.pid, busy.pid, '-i', '20ms', '-n', 1, '-q', '-f', 'csv']);
  expect(csv.stdout).toMatch(/^pid,seq,time,/);
  expect(csv.stdout).toMatch(new RegExp(`^${asleep.pid},1,`, 'm'));
});

test('one that goes away does not end the others', async () => {
  await using mortal = await startSpin(pluginFile('array-with-pc'));
  await using run = startIcount([mortal.pid, busy.pid, '-f', 'jsonl', '-i', '20ms']);
  const samplesOf = (pid: number, text: string): number =>
    text.split('\n').filter((line) => line.startsWith(`{"type":"sample","pid":${pid},`)).length;
  await run.whenWritten('rows of both', (text) => samplesOf(mortal.pid, text) > 2);

  mortal.child.kill('SIGKILL');
  await run.whenWritten('its summary', (text) =>
    text.includes(`{"type":"summary","pid":${mortal.pid},`),
  );
  const before = samplesOf(busy.pid, run.stdout);
  await run.whenWritten('more rows', (text) => samplesOf(busy.pid, text) > before + 3);
  const { status, stdout } = await run.interrupt();

  expect(status).toBe(0);
  const reasons = rowsOf(stdout).flatMap(({ pid, reason }) => (reason ? [[pid, reason]] : []));
  expect(reasons).toEqual([
    [mortal.pid, 'exited'],
    [busy.pid, 'interrupted'],
  ]);
});

test('of those that were named each must be had', async () => {
  const run = await icount([busy.pid, 2 ** 31 - 1]);
  expect(run).toMatchObject({ status: 3, stdout: '' });
  expect(run.stderr).toContain('process 2147483647 does not exist');
});

test('a command is counted for all of them', async () => {
  const run = await icount([asleep.pid, busy.pid, '--', 'sleep', '0.1']);
  expect(run).toMatchObject({ status: 0, stdout: '' });
  expect(run.stderr).toContain(`process ${asleep.pid}:\n\n                   0  instructions`);
  expect(run.stderr).toContain('2 guests together:');
});

test('--all finds them, and labels its rows', async () => {
  const run = await icount(['--all', '-f', 'jsonl', '-i', '20ms', '-n', 1]);
  expect(run.status).toBe(0);
  const pids = new Set(rowsOf(run.stdout).map(({ pid }) => pid));
  expect([...pids]).toEqual(expect.arrayContaining([asleep.pid, busy.pid]));
});

test('--all and a pid exclude each other', async () => {
  expect(await icount(['--all', busy.pid])).toMatchObject({ status: 2, stdout: '' });
});

test('--all takes in guests that start later, and goes on when all have ended', async () => {
  await using run = startIcount(['--all', '-f', 'jsonl', '-i', '50ms']);
  await run.whenWritten('rows', (text) => text.includes('"type":"sample"'));
  for (const _ of [1, 2]) {
    const late = await startFixed(pluginFile('array-with-pc'));
    await run.whenWritten(
      'rows of one that came later',
      (text) => text.includes(`{"type":"sample","pid":${late.pid},`),
      10_000,
    );
    await late[Symbol.asyncDispose]();
    await run.whenWritten('its end', (text) =>
      text.includes(`{"type":"summary","pid":${late.pid},`),
    );
  }
  const { status, stdout, stderr } = await run.interrupt();

  expect(status).toBe(0);
  expect(stderr).not.toContain('no guest is left');
  const rows = rowsOf(stdout);
  for (const pid of new Set(rows.map((row) => row.pid))) {
    const types = rows.filter((row) => row.pid === pid).map(({ type }) => type);
    expect([types[0], types.at(-1)]).toEqual(['start', 'summary']);
    expect(stderr).toContain(`process ${pid}:`);
  }
});

test('with --all a command is counted for guests that start meanwhile, too', async () => {
  const [done, rows] = [join(folder, 'done'), join(folder, 'rows')];
  const command = ['sh', '-c', `until [ -e '${done}' ]; do sleep 0.02; done`];
  const written = (): string => (existsSync(rows) ? readFileSync(rows, 'utf8') : '');
  await using run = startIcount(['--all', '-f', 'jsonl', '-o', rows, '--', ...command]);
  await until('the first guests', () => written() !== '');
  await using late = await startSpin();
  await until('the one that came later', () => written().includes(`"pid":${late.pid},`));
  await sleep(100);
  writeFileSync(done, '');
  const { status, stderr } = await run.whenEnded();

  expect(status, stderr).toBe(0);
  expect(stderr).toContain(`process ${late.pid}:`);
  const counted = rowsOf(written()).filter(
    ({ pid, type }) => pid === late.pid && type === 'sample',
  );
  expect(counted).toHaveLength(1);
  expect(counted[0]?.insns).toBeGreaterThan(0);
});

test('a limit ends --all at the same moment for all', async () => {
  await using run = startIcount(['--all', '-f', 'jsonl', '-i', '100ms', '-d', '6s']);
  await run.whenWritten('rows', (text) => text.includes('"type":"sample"'));
  await using late = await startFixed(pluginFile('array-with-pc'));
  const { status, stdout } = await run.whenEnded();

  expect(status).toBe(0);
  const samples = rowsOf(stdout).filter(({ type }) => type === 'sample');
  const ofLate = samples.filter(({ pid }) => pid === late.pid);
  expect(ofLate.length).toBeGreaterThan(5);
  expect(ofLate.length).toBeLessThan(55);
  expect(rowsOf(stdout).filter(({ type }) => type === 'summary')).toSatisfy((rows: Row[]) =>
    rows.every(({ reason }) => reason === 'duration'),
  );
});
