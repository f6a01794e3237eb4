import { expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { startGuest } from '../fixtures/guest.ts';
import { startBusyHarts } from '../fixtures/harts.ts';
import { startSampling } from '../fixtures/marked-run.ts';
import { isPending, stateOf } from '../fixtures/process-status.ts';
import { readRecords } from '../fixtures/records.ts';
import { startRunning } from '../fixtures/running.ts';
import { expectSoundRows } from '../fixtures/sound-rows.ts';
import { until } from '../fixtures/until.ts';

test('the guest forks: its children run on and end', async () => {
  await using guest = await startRunning('forks', ['200']);
  await using run = startSampling(guest);
  await run.whenMore('sample', 2);
  await guest.whenSaid('children: 200\n');
  await run.whenMore('sample', 2);

  expect((await run.interrupt()).status).toBe(0);
  expectSoundRows(run.stdout);
});

test('a guest whose main thread has ended is attached to and sampled', async () => {
  // Two threads of the guest run: in slots of their own their counts are exact.
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array'),
    inline: false,
    guest: 'leader-exits',
  });
  await guest.whenSaid('leader exits');
  await until('the end of the main thread', () => stateOf(guest.pid) === 'Z');
  await using run = startSampling(guest);
  await run.whenMore('sample', 20);
  const { status, stderr, stdout } = await run.interrupt();

  expect(status, stderr).toBe(0);
  expect(readRecords(stdout).gaps).toEqual([]);
  expectSoundRows(run.stdout);
});

test('2,000 threads come and go: sampling goes on', async () => {
  await using guest = await startRunning('threads', ['8', '250']);
  await using run = startSampling(guest);
  await run.whenMore('sample', 2);
  await guest.whenSaid('sleeping');
  await run.whenMore('sample', 2);
  const { status, stdout } = await run.interrupt();

  expect(status).toBe(0);
  expect(readRecords(stdout).gaps).toEqual([]);
  expectSoundRows(run.stdout);
});

test('1 kHz of timer signals and a thousand SIGUSR1: none is lost', async () => {
  await using guest = await startRunning('signals');
  await using run = startSampling(guest);
  await run.whenMore('sample', 2);
  for (let sent = 0; sent < 1000; sent += 1) {
    guest.child.kill('SIGUSR1');
    // A second one before the first is taken would be merged with it, gdb or no gdb.
    await until('SIGUSR1 to be taken', () => !isPending(guest.pid, 10));
  }
  guest.child.kill('SIGTERM');
  await guest.whenEnded();
  const { status } = await run.whenEnded();

  expect(status).toBe(0);
  expect(guest.stdout).toContain('SIGUSR1: 1000\n');
  expect(Number(/SIGALRM: (\d+)/.exec(guest.stdout)?.[1])).toBeGreaterThan(100);
});

test('a guest that is reset: libinsn counts on, and so do we', async () => {
  await using guest = await startBusyHarts(2);
  await using run = startSampling(guest);
  for (let cycle = 0; cycle < 10; cycle += 1) {
    await run.whenMore('sample', 3);
    await guest.monitor('system_reset');
  }
  await run.whenMore('sample', 3);
  const { status, stdout } = await run.interrupt();

  expect(status).toBe(0);
  expect(readRecords(stdout).gaps).toEqual([]);
  expectSoundRows(run.stdout);
  const report = await guest.end();
  expect(readRecords(stdout).summary.total).toBeLessThanOrEqual(report.total ?? 0n);
});
