import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { startFixed } from '../fixtures/fixed.ts';
import type { Guest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { readRecords } from '../fixtures/records.ts';

const csvHeader = 'seq,time,elapsed_ns,dur_ns,cpu,insns,total,mips';

let guest: Guest;

beforeAll(async () => {
  guest = await startFixed(pluginFile('array'), false);
  return () => guest[Symbol.asyncDispose]();
});

test('--output takes the data, and leaves nothing to stdout', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'out.jsonl');

  const run = await icount([guest.pid, '-i', '10ms', '-n', 3, '-f', 'jsonl', '-o', file]);

  expect(run).toMatchObject({ status: 0, stdout: '' });
  expect(readRecords(readFileSync(file, 'utf8')).samples).toHaveLength(3);
});

test('--output empties the file, --append adds to it, and csv has one header', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'out.csv');
  const run = (...more: readonly string[]) =>
    icount([guest.pid, '-i', '10ms', '-n', 2, '-f', 'csv', '-o', file, ...more]);
  const rows = () => readFileSync(file, 'utf8').trimEnd().split('\n');

  await run('--append');
  expect(rows()).toHaveLength(5);
  await run('--append');
  expect(rows()).toHaveLength(9);
  expect(rows().filter((row) => row === csvHeader)).toEqual([csvHeader]);
  expect(rows()[0]).toBe(csvHeader);
  await run();
  expect(rows()).toHaveLength(5);
});

test('-q leaves stderr empty, and the data as they are', async () => {
  const run = await icount([guest.pid, '-i', '10ms', '-n', 2, '-f', 'jsonl', '-q']);

  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(readRecords(run.stdout).samples).toHaveLength(2);
});

test('-v shows the conversation with gdb on stderr, and nothing of it on stdout', async () => {
  const run = await icount([guest.pid, '-i', '10ms', '-n', 2, '-f', 'csv', '-v']);

  expect(run.stderr).toMatch(/^-> \d+-data-read-memory-bytes /m);
  expect(run.stderr).toMatch(/^<- \d+\^done,memory=/m);
  expect(run.stdout.trimEnd().split('\n')).toHaveLength(5);
});

test('jsonl: every line is an object with the documented keys in the documented order', async () => {
  const { stdout } = await icount([guest.pid, '-i', '10ms', '-n', 2, '-f', 'jsonl']);

  const lines = stdout.split('\n');
  expect(lines.pop()).toBe('');
  const keys = lines.map((line) => Object.keys(JSON.parse(line)));
  const sample = 'type seq time elapsed_ns dur_ns window_ns insns total mips vcpus'.split(' ');
  expect(keys).toEqual([
    'type schema time pid qemu plugin plugin_kind layout mode gdb sampler interval_ns'.split(' '),
    sample,
    sample,
    'type samples late gaps elapsed_ns insns mips total vcpus reason'.split(' '),
  ]);
  const [start, first, , summary] = lines.map((line) => JSON.parse(line));
  expect(start).toMatchObject({
    type: 'start',
    schema: 1,
    pid: guest.pid,
    plugin: pluginFile('array'),
    layout: 'array',
    mode: 'percpu',
    interval_ns: 10_000_000,
  });
  expect(start.qemu).toMatch(/\/qemu-riscv64$/);
  expect(start.gdb).toMatch(/^\d+\.\d+/);
  expect(new Date(start.time).toISOString()).toBe(start.time);
  expect(first).toMatchObject({ type: 'sample', seq: 1, insns: 0, total: 2_000_020 });
  expect(first.vcpus).toEqual([{ index: 0, insns: 0, total: 2_000_020 }]);
  expect(summary).toMatchObject({ type: 'summary', samples: 2, gaps: 0, reason: 'count' });
});

test("bpftrace: the recipe's own lines, on the monotonic clock", async () => {
  const before = process.hrtime.bigint();
  const inline = await icount([
    guest.pid,
    '-i',
    '10ms',
    '-n',
    2,
    '-f',
    'bpftrace',
    '--mode=inline',
  ]);
  const percpu = await icount([guest.pid, '-i', '10ms', '-n', 2, '-f', 'bpftrace']);
  const after = process.hrtime.bigint();

  expect(inline.stdout).toMatch(/^(time: \d+, dur: \d+, count: \d+\n){2}$/);
  expect(percpu.stdout).toMatch(/^(time: \d+, dur: \d+, count: [ \d]{12}\n){2}$/);
  const times = [...`${inline.stdout}${percpu.stdout}`.matchAll(/time: (\d+)/g)].map(([, time]) =>
    BigInt(time ?? 0),
  );
  const moments = [before, ...times, after];
  expect(moments).toEqual([...moments].sort((a, b) => (a < b ? -1 : 1)));
});

test('a table off a terminal has no colour, with NO_COLOR or without', async () => {
  for (const env of [{}, { NO_COLOR: '1' }, { FORCE_COLOR: '1' }]) {
    const { stdout, stderr } = await icount([guest.pid, '-i', '10ms', '-n', 2], { env });

    expect(stdout).toMatch(/^ elapsed s +instructions +MIPS +cpu0\n( +[\d.]+ +0 +0\.00 +0\n){2}$/);
    expect(stderr).not.toContain('\u001b');
  }
});

test('--count and --duration end it, and the summary says which', async () => {
  const counted = await icount([guest.pid, '-i', '10ms', '-n', 3, '-f', 'jsonl']);
  const timed = await icount([guest.pid, '-i', '10ms', '-d', '45ms', '-f', 'jsonl']);

  expect(readRecords(counted.stdout).summary).toMatchObject({ reason: 'count', samples: 3 });
  const { summary } = readRecords(timed.stdout);
  expect(summary.reason).toBe('duration');
  expect(summary.elapsed_ns).toBeGreaterThanOrEqual(45e6);
});
