import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { startBusyHarts } from '../fixtures/harts.ts';
import { counterAddress } from '../fixtures/inspection.ts';
import { startSampling } from '../fixtures/marked-run.ts';
import { readWord } from '../fixtures/poke.ts';
import { readRecords } from '../fixtures/records.ts';
import { startRunning, startSpin } from '../fixtures/running.ts';
import { expectSoundRows } from '../fixtures/sound-rows.ts';
import { threadsOf, whenWorking } from '../fixtures/undisturbed.ts';

describe('the owner stops the guest', () => {
  test.each(['SIGSTOP', 'SIGTSTP', 'SIGTTIN'] as const)(
    'by %s: it stops and continues as they wish, rows say stopped, sampling goes on',
    async (signal) => {
      await using guest = await startRunning('threads', ['4', '10000000'], {
        // In a process group of its own. In one that is orphaned, as ours may be (nohup, cron), the
        // kernel drops all stop signals but SIGSTOP (setpgid(2)).
        behind: ['perl', '-e', 'setpgrp; exec @ARGV'],
      });
      const address = await counterAddress(guest.pid);
      await using run = startSampling(guest);
      for (let cycle = 0; cycle < 5; cycle += 1) {
        await run.whenMore('sample', 2);
        guest.child.kill(signal);
        await run.whenMore('stopped', 3);
        const before = await readWord(guest.pid, address);
        await run.whenMore('stopped', 3);
        expect(await readWord(guest.pid, address)).toBe(before);
        guest.child.kill('SIGCONT');
        await run.whenMore('sample', 2);
        expect(await readWord(guest.pid, address)).toBeGreaterThan(before);
      }
      const { status, stderr } = await run.interrupt();

      expect(status, stderr).toBe(0);
      expectSoundRows(run.stdout);
      expect(readRecords(run.stdout).gaps).toEqual([]);
      await whenWorking(guest.pid);
    },
  );

  test('and lets it go on at once, many times over', async () => {
    await using guest = await startRunning('threads', ['4', '10000000']);
    await using run = startSampling(guest);
    await run.whenMore('sample', 2);
    for (let cycle = 0; cycle < 200; cycle += 1) {
      guest.child.kill('SIGSTOP');
      if (cycle % 3 > 0) await sleep(cycle % 7);
      guest.child.kill('SIGCONT');
      if (cycle % 2 > 0) await sleep(cycle % 5);
    }
    await run.whenMore('sample', 3);

    expect((await run.interrupt()).status).toBe(0);
    expectSoundRows(run.stdout);
    await whenWorking(guest.pid);
  });

  test('for good: it stays stopped when we leave, and when gdb dies', async () => {
    for (let cycle = 0; cycle < 4; cycle += 1) {
      await using guest = await startSpin();
      await using run = startSampling(guest);
      await run.whenMore('sample', 2);
      guest.child.kill('SIGSTOP');
      await run.whenMore('stopped', 2);
      if (cycle % 2 > 0) {
        process.kill((await run.whenGdb()) ?? 0, 'SIGKILL');
        await run.whenMore('stopped', 5);
      }
      expect((await run.interrupt()).status).toBe(0);
      await run.whenNothingIsLeft();
      expect((await threadsOf(guest.pid)).every(({ state }) => state === 'T')).toBe(true);
      guest.child.kill('SIGCONT');
      await whenWorking(guest.pid);
    }
  });

  test('and continues it while gdb is away', async () => {
    await using guest = await startSpin();
    await using run = startSampling(guest);
    await run.whenMore('sample', 2);
    guest.child.kill('SIGSTOP');
    await run.whenMore('stopped', 2);
    process.kill((await run.whenGdb()) ?? 0, 'SIGKILL');
    await run.whenMore('stopped', 2);
    guest.child.kill('SIGCONT');
    await run.whenMore('sample', 3);

    expect((await run.interrupt()).status).toBe(0);
    await whenWorking(guest.pid);
  });
});

test('a guest that is paused in the monitor: rows of zeros, then right deltas', async () => {
  await using guest = await startBusyHarts(2);
  await using run = startSampling(guest);
  for (let cycle = 0; cycle < 10; cycle += 1) {
    await run.whenMore('sample', 3);
    await guest.monitor('stop');
    const before = run.rowsOf('sample').length;
    await run.whenMore('sample', 6);
    // The row of the pause itself has a part of work in it.
    const paused = run.rowsOf('sample').slice(before + 2, before + 6);
    expect(paused.map(({ insns }) => insns)).toEqual([0, 0, 0, 0]);
    await guest.monitor('cont');
    await run.whenWritten('work again', () => (run.rowsOf('sample').at(-1)?.insns ?? 0) > 0);
  }
  const { status } = await run.interrupt();

  expect(status).toBe(0);
  expectSoundRows(run.stdout);
});
