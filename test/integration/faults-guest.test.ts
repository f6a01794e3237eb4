import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { guestFile, pluginFile, type UserGuest } from '../fixtures/cache.ts';
import { type Guest, type GuestOptions, startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { counterAddress } from '../fixtures/inspection.ts';
import { type MarkedRun, startMarked } from '../fixtures/marked-run.ts';
import { readWord } from '../fixtures/poke.ts';
import { readRecords, sumOf } from '../fixtures/records.ts';
import { whenUndisturbed, whenWorking } from '../fixtures/undisturbed.ts';
import { until } from '../fixtures/until.ts';

const jsonl = ['-f', 'jsonl', '-i', '10ms'] as const;

function userGuest(guest: UserGuest, ...args: readonly string[]): Guest {
  return startGuest(userOptions(guest, ...args));
}

function userOptions(guest: UserGuest, ...args: readonly string[]): GuestOptions {
  return { qemu: 'qemu-riscv64', plugin: pluginFile('array-with-pc'), inline: true, guest, args };
}

/** Rows from the baseline to the last one add up, and none of them is from a dead process. */
function expectSoundRows(run: MarkedRun): void {
  const { samples, summary } = readRecords(run.stdout);
  expect(summary.insns).toBe(sumOf(samples.map(({ insns }) => insns)));
  expect(summary.total).toBe(samples.at(-1)?.total);
  const [first] = samples;
  const baseline = (first?.total ?? 0n) - (first?.insns ?? 0n);
  expect(baseline).toBeGreaterThan(0n);
  expect(summary.total).toBe(baseline + summary.insns);
}

describe('the guest ends', () => {
  test.each([
    { signal: 'SIGTERM', says: 'the guest exited with status 0' },
    { signal: 'SIGKILL', says: 'SIGKILL' },
    { signal: 'SIGSEGV', says: 'SIGSEGV' },
    { signal: 'SIGABRT', says: 'SIGABRT' },
  ] as const)('by $signal: the last row, and a summary that says how', async ({ signal, says }) => {
    for (let cycle = 0; cycle < 5; cycle += 1) {
      await using guest = userGuest('spin');
      await guest.whenSaid('running');
      await using run = startMarked([guest.pid, ...jsonl]);
      await run.whenMore('sample', 3);
      guest.child.kill(signal);
      const { status, stderr } = await run.whenEnded();

      expect(status, stderr).toBe(0);
      expectSoundRows(run);
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
    await using guest = userGuest('spin');
    await guest.whenSaid('running');
    await using run = startMarked([guest.pid, '-f', 'jsonl', '-i', '10m']);
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
      await using guest = userGuest('spin');
      await guest.whenSaid('running');
      await using run = startMarked([guest.pid, ...jsonl, '--verbose']);
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
    await using guest = userGuest('spin');
    await guest.whenSaid('running');
    await using run = startMarked([guest.pid, '-f', 'jsonl', '-i', '1m']);
    await run.whenWritten('the start', () => run.rowsOf('start').length > 0);
    expect(isTraced(guest.pid)).toBe(true);
    guest.child.kill('SIGTERM');
    await guest.whenEnded();
    expect((await run.whenEnded()).status).toBe(0);
  });
});

test('the guest executes another program: an end of its own, and that program is left alone', async () => {
  for (let cycle = 0; cycle < 6; cycle += 1) {
    await using guest = userGuest('execs', '/bin/sleep', '60');
    await guest.whenSaid('running');
    await using run = startMarked([guest.pid, ...jsonl]);
    await run.whenMore('sample', 2);
    guest.child.kill('SIGUSR1');
    const { status, stderr } = await run.whenEnded();

    expect(status, stderr).toBe(0);
    expect(stderr).toContain('another program');
    expectSoundRows(run);
    expect(readFileSync(`/proc/${guest.pid}/comm`, 'utf8')).toBe('sleep\n');
    await run.whenNothingIsLeft();
    await whenUndisturbed(guest.pid);
  }
});

test('the guest executes another QEMU with the same plugin: its counts are not mixed in', async () => {
  const plugin = pluginFile('array-with-pc');
  await using guest = userGuest(
    'execs',
    ...['/usr/bin/qemu-riscv64', '-plugin', `${plugin},inline=on`, guestFile('spin')],
  );
  await guest.whenSaid('running');
  await using run = startMarked([guest.pid, ...jsonl]);
  await run.whenMore('sample', 2);
  guest.child.kill('SIGUSR1');
  const { status, stderr } = await run.whenEnded();

  expect(status, stderr).toBe(0);
  expect(stderr).toContain('another program');
  expectSoundRows(run);
  await whenWorking(guest.pid);
});

test('the guest forks: its children run on and end', async () => {
  await using guest = userGuest('forks', '200');
  await guest.whenSaid('running');
  await using run = startMarked([guest.pid, ...jsonl]);
  await run.whenMore('sample', 2);
  await guest.whenSaid('children: 200\n');
  await run.whenMore('sample', 2);

  expect((await run.interrupt()).status).toBe(0);
  expectSoundRows(run);
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
  await until('the end of the main thread', () => /^State:\tZ/m.test(statusOf(guest.pid)));
  await using run = startMarked([guest.pid, ...jsonl]);
  await run.whenMore('sample', 20);
  const { status, stderr, stdout } = await run.interrupt();

  expect(status, stderr).toBe(0);
  expect(readRecords(stdout).gaps).toEqual([]);
  expectSoundRows(run);
});

test('2,000 threads come and go: sampling goes on', async () => {
  await using guest = userGuest('threads', '8', '250');
  await guest.whenSaid('running');
  await using run = startMarked([guest.pid, ...jsonl]);
  await run.whenMore('sample', 2);
  await guest.whenSaid('sleeping');
  await run.whenMore('sample', 2);
  const { status, stdout } = await run.interrupt();

  expect(status).toBe(0);
  expect(readRecords(stdout).gaps).toEqual([]);
  expectSoundRows(run);
});

test('1 kHz of timer signals and a thousand SIGUSR1: none is lost', async () => {
  await using guest = userGuest('signals');
  await guest.whenSaid('running');
  await using run = startMarked([guest.pid, ...jsonl]);
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

describe('the owner stops the guest', () => {
  test.each(['SIGSTOP', 'SIGTSTP', 'SIGTTIN'] as const)(
    'by %s: it stops and continues as they wish, rows say stopped, sampling goes on',
    async (signal) => {
      await using guest = startGuest({
        ...userOptions('threads', '4', '10000000'),
        // In a process group of its own. In one that is orphaned, as ours may be (nohup, cron), the
        // kernel drops all stop signals but SIGSTOP (setpgid(2)).
        behind: ['perl', '-e', 'setpgrp; exec @ARGV'],
      });
      await guest.whenSaid('running');
      const address = await counterAddress(guest.pid);
      await using run = startMarked([guest.pid, ...jsonl]);
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
      expectSoundRows(run);
      expect(readRecords(run.stdout).gaps).toEqual([]);
      await whenWorking(guest.pid);
    },
  );

  test('and lets it go on at once, many times over', async () => {
    await using guest = userGuest('threads', '4', '10000000');
    await guest.whenSaid('running');
    await using run = startMarked([guest.pid, ...jsonl]);
    await run.whenMore('sample', 2);
    for (let cycle = 0; cycle < 200; cycle += 1) {
      guest.child.kill('SIGSTOP');
      if (cycle % 3 > 0) await sleep(cycle % 7);
      guest.child.kill('SIGCONT');
      if (cycle % 2 > 0) await sleep(cycle % 5);
    }
    await run.whenMore('sample', 3);

    expect((await run.interrupt()).status).toBe(0);
    expectSoundRows(run);
    await whenWorking(guest.pid);
  });

  test('for good: it stays stopped when we leave, and when gdb dies', async () => {
    for (let cycle = 0; cycle < 4; cycle += 1) {
      await using guest = userGuest('spin');
      await guest.whenSaid('running');
      await using run = startMarked([guest.pid, ...jsonl]);
      await run.whenMore('sample', 2);
      guest.child.kill('SIGSTOP');
      await run.whenMore('stopped', 2);
      if (cycle % 2 > 0) {
        process.kill((await run.whenGdb()) ?? 0, 'SIGKILL');
        await run.whenMore('stopped', 5);
      }
      expect((await run.interrupt()).status).toBe(0);
      await run.whenNothingIsLeft();
      expect(statesOf(guest.pid)).toMatch(/^T+$/);
      guest.child.kill('SIGCONT');
      await whenWorking(guest.pid);
    }
  });

  test('and continues it while gdb is away', async () => {
    await using guest = userGuest('spin');
    await guest.whenSaid('running');
    await using run = startMarked([guest.pid, ...jsonl]);
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

describe('a guest in system mode', () => {
  test('paused in the monitor: rows of zeros, then right deltas', async () => {
    await using guest = startGuest({
      qemu: 'qemu-system-riscv64',
      plugin: pluginFile('array'),
      inline: false,
      guest: 'harts-busy',
      smp: 2,
    });
    await guest.whenRunning();
    await using run = startMarked([guest.pid, ...jsonl]);
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
    expectSoundRows(run);
  });

  test('reset: libinsn counts on, and so do we', async () => {
    await using guest = startGuest({
      qemu: 'qemu-system-riscv64',
      plugin: pluginFile('array'),
      inline: false,
      guest: 'harts-busy',
      smp: 2,
    });
    await guest.whenRunning();
    await using run = startMarked([guest.pid, ...jsonl]);
    for (let cycle = 0; cycle < 10; cycle += 1) {
      await run.whenMore('sample', 3);
      await guest.monitor('system_reset');
    }
    await run.whenMore('sample', 3);
    const { status, stdout } = await run.interrupt();

    expect(status).toBe(0);
    expect(readRecords(stdout).gaps).toEqual([]);
    expectSoundRows(run);
    const report = await guest.end();
    expect(readRecords(stdout).summary.total).toBeLessThanOrEqual(report.total ?? 0n);
  });
});

test('a guest that ends between look and attach is no error of ours', async () => {
  await using guest = userGuest('spin');
  await guest.whenSaid('running');
  guest.child.kill('SIGKILL');
  const { status, stderr } = await icount([guest.pid]);

  expect([3, 5]).toContain(status);
  expect(stderr).toMatch(/^icount-gdb: process \d+ /);
});

function statusOf(pid: number): string {
  return readFileSync(`/proc/${pid}/status`, 'utf8');
}

function threadStatuses(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`).map((tid) =>
    readFileSync(`/proc/${pid}/task/${tid}/status`, 'utf8'),
  );
}

function isTraced(pid: number): boolean {
  return threadStatuses(pid).some((status) => /^TracerPid:\t[1-9]/m.test(status));
}

/** One letter per thread. */
function statesOf(pid: number): string {
  return threadStatuses(pid)
    .map((status) => /^State:\t(.)/m.exec(status)?.[1] ?? '?')
    .join('');
}

/** Whether a signal waits to be taken by the process or its main thread (proc_pid_status(5)). */
function isPending(pid: number, signal: number): boolean {
  const masks = [...statusOf(pid).matchAll(/^S(?:hd|ig)Pnd:\t(\w+)$/gm)];
  return masks.some(([, mask]) => (BigInt(`0x${mask}`) & (1n << BigInt(signal - 1))) !== 0n);
}
