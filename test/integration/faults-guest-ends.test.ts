import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { guestFile, pluginFile } from '../fixtures/cache.ts';
import type { Guest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { startSampling } from '../fixtures/marked-run.ts';
import { readRecords } from '../fixtures/records.ts';
import { startRunning, startSpin } from '../fixtures/running.ts';
import { expectSoundRows } from '../fixtures/sound-rows.ts';
import { threadsOf, whenUndisturbed, whenWorking } from '../fixtures/undisturbed.ts';

describe('the guest ends', () => {
  test.each([
    { signal: 'SIGTERM', says: 'the guest exited with status 0' },
    { signal: 'SIGKILL', says: 'SIGKILL' },
    { signal: 'SIGSEGV', says: 'SIGSEGV' },
    { signal: 'SIGABRT', says: 'SIGABRT' },
  ] as const)('by $signal: the last row, and a summary that says how', async ({ signal, says }) => {
    for (let cycle = 0; cycle < 5; cycle += 1) {
      await using guest = await startSpin();
      await using run = startSampling(guest);
      await run.whenMore('sample', 3);
      guest.child.kill(signal);
      const { status, stderr } = await run.whenEnded();

      expect(status, stderr).toBe(0);
      expectSoundRows(run.stdout);
      expect(readRecords(run.stdout).summary.reason).toBe('exited');
      expect(stderr).toContain(says);
      if (signal === 'SIGTERM') {
        const { total } = await guest.whenEnded();
        expect(readRecords(run.stdout).summary.total).toBeLessThanOrEqual(total ?? 0n);
      }
      await run.whenNothingIsLeft();
    }
  });

  test('with long intervals the last row still reaches nearly up to the end', async () => {
    await using guest = await startSpin();
    await using run = startSampling(guest, '-i', '10m');
    await run.whenWritten('the start', () => run.rowsOf('start').length > 0);
    await sleep(3_000);
    guest.child.kill('SIGKILL');
    const { status, stderr } = await run.whenEnded();

    expect(status, stderr).toBe(0);
    const { samples, summary } = readRecords(run.stdout);
    expect(samples).toHaveLength(1);
    expect(summary.elapsed_ns).toBeGreaterThan(2_300e6);
    expect(summary.insns).toBeGreaterThan(0n);
  });

  test('while we attach to it', async () => {
    for (let cycle = 0; cycle < 10; cycle += 1) {
      await using guest = await startSpin();
      await using run = startSampling(guest, '--verbose');
      await run.whenGdb();
      if (cycle % 2 === 0) await run.whenSaid('-interpreter-exec console "attach');
      await sleep(cycle);
      guest.child.kill('SIGKILL');
      const { status, stderr } = await run.whenEnded();

      expect(stderr).not.toContain('this is a bug');
      expect([0, 1, 3, 5]).toContain(status);
      await run.whenNothingIsLeft();
    }
  });

  test('and its parent hears of it at once', async () => {
    await using guest = await startSpin();
    await using run = startSampling(guest, '-i', '1m');
    await run.whenWritten('the start', () => run.rowsOf('start').length > 0);
    expect((await threadsOf(guest.pid)).some(({ tracerPid }) => tracerPid !== 0)).toBe(true);
    guest.child.kill('SIGTERM');
    await guest.whenEnded();
    expect((await run.whenEnded()).status).toBe(0);
  });
});

test('a guest that ends between look and attach is no error of ours', async () => {
  await using guest = await startSpin();
  guest.child.kill('SIGKILL');
  const { status, stderr } = await icount([guest.pid]);

  expect([3, 5]).toContain(status);
  expect(stderr).toMatch(/^icount-gdb: process \d+ /);
});

test('the guest executes another program: an end of its own, and that program is left alone', async () => {
  for (let cycle = 0; cycle < 6; cycle += 1) {
    await using guest = await startRunning('execs', ['/bin/sleep', '60']);
    await expectAnotherProgram(guest);
    expect(readFileSync(`/proc/${guest.pid}/comm`, 'utf8')).toBe('sleep\n');
    await whenUndisturbed(guest.pid);
  }
});

test('the guest executes another QEMU with the same plugin: its counts are not mixed in', async () => {
  const plugin = pluginFile('array');
  await using guest = await startRunning('execs', [
    '/usr/bin/qemu-riscv64',
    ...['-plugin', `${plugin},inline=on`, guestFile('spin')],
  ]);
  await expectAnotherProgram(guest);
  await whenWorking(guest.pid);
});

/** It is sampled, told to execute its program, and that is the end of the run. */
async function expectAnotherProgram(guest: Guest): Promise<void> {
  await using run = startSampling(guest);
  await run.whenMore('sample', 2);
  guest.child.kill('SIGUSR1');
  const { status, stderr } = await run.whenEnded();

  expect(status, stderr).toBe(0);
  expect(stderr).toContain('another program');
  expectSoundRows(run.stdout);
  await run.whenNothingIsLeft();
}
