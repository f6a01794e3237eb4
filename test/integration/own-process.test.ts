import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { startFixed } from '../fixtures/fixed.ts';
import type { Guest } from '../fixtures/guest.ts';
import { icount, launcher, startIcount } from '../fixtures/icount.ts';
import { countLines } from '../fixtures/records.ts';
import { startSpin } from '../fixtures/running.ts';
import { until } from '../fixtures/until.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startSpin();
});

afterAll(async () => {
  await guest[Symbol.asyncDispose]();
});

const poll = (): readonly (string | number)[] => [guest.pid, '-i', '10ms', '-f', 'jsonl', '-q'];
const command = [launcher];

test.each([
  ['nohup', { behind: ['nohup'], command }],
  ['nohup in a shell, which names it', { behind: ['nohup'], env: { _: '/usr/bin/nohup' } }],
  [
    'nohup on a terminal, which takes the input away',
    { behind: ['sh', '-c', 'exec 0>/dev/null; exec "$0" "$@"'], env: { _: '' } },
  ],
])('started by %s, a run outlives SIGHUP', async (_, options) => {
  await using run = startIcount(poll(), options);
  await run.whenWritten('rows', (stdout) => countLines(stdout) > 3);

  run.child.kill('SIGHUP');

  const before = countLines(run.stdout);
  await run.whenWritten('more rows', (stdout) => countLines(stdout) > before + 20);
  expect(await run.interrupt()).toMatchObject({ status: 0, stderr: '' });
});

test.each([
  ['as it is', { env: { _: '' } }],
  ['by the installed command', { command, env: { _: '/usr/bin/nohup' } }],
])('started %s, a run ends in good order at SIGHUP', async (_, options) => {
  await using run = startIcount(poll(), options);
  await run.whenWritten('rows', (stdout) => countLines(stdout) > 3);

  run.child.kill('SIGHUP');

  const { status, stdout } = await run.whenEnded();
  expect(status).toBe(0);
  expect(stdout).toContain('"type":"summary"');
});

test('under nohup the command after -- outlives SIGHUP, too', async () => {
  const script = 'echo $$ >&2; kill -HUP $$; kill -HUP $PPID; sleep 0.2; echo survived; exit 5';

  const run = await icount([guest.pid, '-q', '--', 'sh', '-c', script], {
    behind: ['nohup'],
    command,
  });

  expect(run).toMatchObject({ status: 5, stdout: 'survived\n' });
});

test('SIGUSR1 opens no port, says nothing, and ends nothing', async () => {
  await using run = startIcount(poll());
  await run.whenWritten('rows', (stdout) => countLines(stdout) > 3);

  run.child.kill('SIGUSR1');

  const before = countLines(run.stdout);
  await run.whenWritten('more rows', (stdout) => countLines(stdout) > before + 20);
  expect(listeningSockets(run.child.pid ?? 0)).toEqual([]);
  expect(await run.interrupt()).toMatchObject({ status: 0, stderr: '' });
});

test('SIGUSR1 while the installed command starts does no more', async () => {
  for (const delayMs of [0, 10, 30, 60]) {
    await using run = startIcount(poll(), { command });
    // Before its first line the shell is none of ours.
    await until('its first line', () => isBeyondFirstLine(run.child.pid ?? 0));
    await sleep(delayMs);
    run.child.kill('SIGUSR1');
    await run.whenWritten('rows', (stdout) => countLines(stdout) > 20);
    expect(listeningSockets(run.child.pid ?? 0)).toEqual([]);
    expect(await run.interrupt()).toMatchObject({ status: 0, stderr: '' });
  }
});

test('nothing of Node is said about a dozen guests, nor about its environment', async () => {
  const guests = await Promise.all(
    Array.from({ length: 12 }, () => startFixed(pluginFile('array'))),
  );
  try {
    const run = await icount(
      [...guests.map(({ pid }) => pid), '-i', '10ms', '-n', 3, '-q', '-f', 'csv'],
      { env: { FORCE_COLOR: '1', NO_COLOR: '1', NODE_PENDING_DEPRECATION: '1' } },
    );

    expect(run).toMatchObject({ status: 0, stderr: '' });
  } finally {
    for (const one of guests) await one[Symbol.asyncDispose]();
  }
});

/** Local addresses on which a process listens (proc(5), /proc/net/tcp). */
function listeningSockets(pid: number): readonly string[] {
  const inodes = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
    return inode ?? [];
  });
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.includes(inode ?? ''))
    .map(([, address = '']) => address);
}

/** Whether the shell ignores SIGUSR1 (10) already, by SigIgn of proc_pid_status(5), or is Node by now. */
function isBeyondFirstLine(pid: number): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, mask = '0'] = /^SigIgn:\t(.*)$/m.exec(status) ?? [];
  return /^Name:\tnode$/m.test(status) || ((BigInt(`0x${mask}`) >> 9n) & 1n) === 1n;
}
