import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { directoryOfFile } from '../fixtures/directory.ts';
import { startFixed } from '../fixtures/fixed.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { readRecords } from '../fixtures/records.ts';
import { startSpin } from '../fixtures/running.ts';
import { startIcountInTerminal } from '../fixtures/terminal.ts';

const folder = directoryOfFile();
/** Asleep: 2,000,020 instructions, and not one more. */
let guest: Guest;

beforeAll(async () => {
  guest = await startFixed(pluginFile('array-with-pc'));
  return () => guest[Symbol.asyncDispose]();
});

const busyUntil = (file: string): readonly string[] => [
  'sh',
  '-c',
  `echo began; while [ ! -e '${file}' ]; do sleep 0.02; done`,
];

test('what the guest executes from its start to its end is counted to the instruction', async () => {
  await using harts = startGuest({
    qemu: 'qemu-system-riscv64',
    plugin: pluginFile('array'),
    inline: false,
    guest: 'harts-small',
    smp: 4,
    qemuArgs: ['-S'],
  });
  await harts.whenRunning();
  const done = join(folder, 'done');
  await using run = startIcount([
    harts.pid,
    '-f',
    'jsonl',
    '-o',
    join(folder, 'x'),
    '--',
    ...busyUntil(done),
  ]);
  await run.whenWritten('the start', (stdout) => stdout === 'began\n');

  await harts.monitor('cont');
  await harts.whenSettled();
  writeFileSync(done, '');

  const { status, stderr } = await run.whenEnded();
  expect(status).toBe(0);
  // See harts.S; `harts-small` makes 50,000 turns in a round.
  const perHart = [1n, 2n, 3n, 4n].map((n) => 7n + n * (4n + 2n * 50_000n));
  const counts = [...stderr.matchAll(/([\d,]+) {2}on cpu \d/g)];
  expect(counts.map(([, count = '']) => BigInt(count.replaceAll(',', '')))).toEqual(perHart);
  expect(stderr).toContain('1,000,068  instructions');
});

test('its stdin, stdout and stderr are ours, and its status too', async () => {
  const run = await icount([guest.pid, '--', 'sh', '-c', 'cat; echo oops >&2; exit 7'], {
    behind: ['sh', '-c', 'echo in | exec "$0" "$@"'],
  });
  expect(run).toMatchObject({ status: 7, stdout: 'in\n' });
  expect(run.stderr).toMatch(/^oops\n\n +0 {2}instructions {2}# 0\.00 MIPS\n +[\d.]+ {2}seconds\n/);
  expect(run.stderr).toContain('ended: the command finished');
});

test('a command that a signal ended gives 128 + its number', async () => {
  const run = await icount([guest.pid, '--', 'sh', '-c', 'kill -TERM $$']);
  expect(run.status).toBe(143);
});

describe('what can be told is told before the guest is touched', () => {
  test.each([
    { what: 'a command that does not exist', command: './none', status: 127 },
    { what: 'a command that is not in PATH', command: 'no-such-command', status: 127 },
    { what: 'a command that may not be run', command: '/etc/passwd', status: 126 },
    { what: 'a directory', command: '/etc', status: 126 },
  ])('$what: $status', async ({ command, status }) => {
    // Neither is there such a process.
    const run = await icount([2 ** 31 - 1, '--', command]);
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toContain(`can't run ${command}`);
  });

  test('a guest that is not there is an error of ours, and the command is not run', async () => {
    const run = await icount([2 ** 31 - 1, '--', 'echo', 'run']);
    expect(run).toMatchObject({ status: 3, stdout: '' });
  });

  test.each([
    { args: ['--'] },
    { args: ['-n', '3', '--', 'true'] },
    { args: ['--live', '--', 'true'] },
    { args: ['--repeat', '0', '--', 'true'] },
    { args: ['--repeat', '2'] },
  ])('$args makes no sense', async ({ args }) => {
    const run = await icount([guest.pid, ...args]);
    expect(run).toMatchObject({ status: 2, stdout: '' });
  });
});

test('with an interval there are rows, on stderr', async () => {
  const run = await icount([guest.pid, '-i', '20ms', '-q', '--', 'sleep', '0.2']);
  expect(run).toMatchObject({ status: 0, stdout: '' });
  const rows = run.stderr.trimEnd().split('\n');
  expect(rows[0]).toMatch(/elapsed s +instructions +MIPS/);
  expect(rows.length).toBeGreaterThan(2);
});

test('with a format and no interval one row is the whole', async () => {
  const run = await icount([guest.pid, '-f', 'jsonl', '-q', '--', 'true']);
  expect(run.stdout).toBe('');
  const { start, samples, summary } = readRecords(run.stderr);
  expect(start.interval_ns).toBeNull();
  expect(samples).toHaveLength(1);
  expect(samples[0]).toMatchObject({ insns: 0n, total: 2_000_020n });
  expect(summary).toMatchObject({ reason: 'command', samples: 1, total: 2_000_020n });
});

test('SIGTERM is passed on, and the command is waited for', async () => {
  const script = 'trap "echo got it; exit 5" TERM; echo began; while :; do sleep 0.02; done';
  await using run = startIcount([guest.pid, '--', 'sh', '-c', script]);
  await run.whenWritten('the start', (stdout) => stdout === 'began\n');

  run.child.kill('SIGTERM');

  const { status, stdout, stderr } = await run.whenEnded();
  expect({ status, stdout }).toEqual({ status: 5, stdout: 'began\ngot it\n' });
  expect(stderr).toContain('ended: the command finished');
});

test("Ctrl-C is the command's, and it is waited for", async () => {
  const script = 'trap "echo got it; exit 5" INT; echo began; while :; do sleep 0.02; done';
  await using terminal = startIcountInTerminal([guest.pid, '--', 'sh', '-c', script]);
  await terminal.whenTold('the start', () => terminal.text.includes('began'));

  terminal.type('\u0003');

  expect(await terminal.status()).toBe(5);
  expect(terminal.text).toContain('got it');
  expect(terminal.text).toContain('ended: the command finished');
});

test('a guest that ends before the command does is told of', async () => {
  await using mortal = await startSpin(pluginFile('array-with-pc'));
  const { pid } = mortal;
  const script = `kill -KILL ${pid}; while [ -e /proc/${pid} ]; do sleep 0.02; done; exit 4`;
  const run = await icount([pid, '--', 'sh', '-c', script]);
  expect(run.status).toBe(4);
  expect(run.stderr).toContain('ended: the guest was killed by SIGKILL');
  expect(run.stderr).toContain(`process ${pid} ended before the command did`);
});

test('the guest runs on untraced after a command', async () => {
  await icount([guest.pid, '--', 'true']);
  await guest.whenSettled();
  expect(guest.hasExited).toBe(false);
});
