import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { counterAddress } from '../fixtures/inspection.ts';
import { startMarked } from '../fixtures/marked-run.ts';
import { readWord } from '../fixtures/poke.ts';
import { readRecords, sumOf } from '../fixtures/records.ts';
import { send } from '../fixtures/send.ts';
import { whenWorking } from '../fixtures/undisturbed.ts';

const CYCLES = 10;
const guests = [
  { name: 'user mode, threads that come and go', start: startThreads },
  { name: 'four vCPUs', start: startVcpus },
] as const;

function startThreads(): Guest {
  return startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array-with-pc'),
    inline: true,
    guest: 'threads',
    args: ['4', '10000000'],
  });
}

function startVcpus(): Guest {
  return startGuest({
    qemu: 'qemu-system-riscv64',
    plugin: pluginFile('array-with-pc'),
    inline: true,
    guest: 'harts-busy',
    smp: 4,
  });
}

describe.each(guests)('gdb and a guest in $name', ({ start }) => {
  test.each(['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const)(
    '%s to gdb at any moment: the guest runs on, and so does the sampling',
    async (signal) => {
      await using guest = start();
      await guest.whenRunning();
      for (let cycle = 0; cycle < CYCLES; cycle += 1) {
        await using run = startMarked([guest.pid, ...jsonl, '-d', '200ms']);
        await run.whenGdb();
        // From the start of gdb over its attach and the sampling to its end.
        await sleep((cycle * 400) / CYCLES);
        send(run.gdb(), signal);
        const { status, stdout, stderr } = await run.whenEnded();

        expect(status, stderr).toBe(0);
        const { samples, summary } = readRecords(stdout);
        expect(summary.insns).toBe(sumOf(samples.map(({ insns }) => insns)));
        await run.whenNothingIsLeft();
        await whenWorking(guest.pid);
      }
    },
  );

  test.each(['SIGKILL', 'SIGTERM'] as const)(
    '%s to gdb in the middle of its attach: the guest runs on',
    async (signal) => {
      await using guest = start();
      await guest.whenRunning();
      for (let cycle = 0; cycle < 15; cycle += 1) {
        await using run = startMarked([guest.pid, ...jsonl, '-n', 1, '--verbose']);
        const gdb = await run.whenGdb();
        await run.whenSaid('-interpreter-exec console "attach');
        await sleep(cycle % 8);
        send(gdb, signal);
        const { status, stderr } = await run.whenEnded();

        expect(status, stderr).toBe(0);
        await run.whenNothingIsLeft();
        await whenWorking(guest.pid);
      }
    },
  );

  test('a gdb that hangs is replaced', async () => {
    await using guest = start();
    await guest.whenRunning();
    await using run = startMarked([guest.pid, ...jsonl]);
    await run.whenMore('sample', 5);
    const gdb = await run.whenGdb();
    send(gdb, 'SIGSTOP');
    await run.whenSaid('attached again with a new gdb');
    await run.whenMore('sample', 5);
    expect(run.gdb()).not.toBe(gdb);
    expect(run.stderr).toMatch(/gdb did not answer -interpreter-exec within \d+ ms; attached/);
    const { status, stdout } = await run.interrupt();

    expect(status).toBe(0);
    expect(readRecords(stdout).gaps.length).toBeGreaterThan(0);
    await run.whenNothingIsLeft();
    await whenWorking(guest.pid);
  });
});

test.each(['before it attaches', 'while it attaches'])(
  'a gdb that hangs %s is replaced',
  async (moment) => {
    await using guest = startThreads();
    await guest.whenRunning();
    await using run = startMarked([guest.pid, ...jsonl, '-n', 1, '--verbose']);
    const gdb = await run.whenGdb();
    if (moment === 'while it attaches') await run.whenSaid('-interpreter-exec console "attach');
    send(gdb, 'SIGSTOP');
    const { status, stderr } = await run.whenEnded();

    expect(status, stderr).toBe(0);
    await run.whenNothingIsLeft();
    await whenWorking(guest.pid);
  },
);

test('nothing is lost while gdb is replaced: the next row covers the time', async () => {
  await using guest = startThreads();
  await guest.whenRunning();
  const address = await counterAddress(guest.pid);
  await using run = startMarked([guest.pid, ...jsonl]);
  for (let kills = 0; kills < 10; kills += 1) {
    await run.whenMore('sample', 3);
    const gdb = await run.whenGdb();
    const notices = run.stderr.split('attached again').length;
    send(gdb, 'SIGKILL');
    await run.whenTold('a notice', () => run.stderr.split('attached again').length > notices);
  }
  await run.whenMore('sample', 1);
  const { status, stdout, stderr } = await run.interrupt();
  const after = await readWord(guest.pid, address);

  expect(status, stderr).toBe(0);
  expect(stderr).toContain('icount-gdb: gdb was ended by SIGKILL; attached again with a new gdb\n');
  const { samples, gaps, summary } = readRecords(stdout);
  expect(gaps.length).toBeGreaterThanOrEqual(10);
  expect(gaps.every(({ reason }) => reason === 'gdb was ended by SIGKILL')).toBe(true);
  expect(summary.insns).toBe(sumOf(samples.map(({ insns }) => insns)));
  expect(summary.total).toBe((samples[0]?.total ?? 0n) - (samples[0]?.insns ?? 0n) + summary.insns);
  expect(summary.total).toBeLessThanOrEqual(after);
  const durNs = samples.reduce((sum, { dur_ns: dur }) => sum + dur, 0);
  expect(durNs).toBe(samples.at(-1)?.elapsed_ns);
});

test('three gdbs that die in a row end it with 1, and the data so far is whole', async () => {
  using directory = temporaryDirectory();
  const armed = join(directory.path, 'armed');
  const gdb = script(
    join(directory.path, 'gdb'),
    `test -e ${armed} || exec gdb "$@"\n${dyingAtAttach}`,
  );
  await using guest = startThreads();
  await guest.whenRunning();
  await using run = startMarked([guest.pid, ...jsonl, '--gdb', gdb]);
  await run.whenMore('sample', 3);
  writeFileSync(armed, '');
  send(run.gdb(), 'SIGKILL');
  const { status, stdout, stderr } = await run.whenEnded();

  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^icount-gdb: the counters of process \d+ can't be read any more: gdb failed 3 times in a row, last: gdb ended with status 0$/m,
  );
  const { samples, gaps, summary } = readRecords(stdout);
  expect(samples.length).toBeGreaterThanOrEqual(3);
  expect(gaps.length).toBeGreaterThan(0);
  expect(summary).toMatchObject({ samples: samples.length, reason: 'stopped' });
  await run.whenNothingIsLeft();
  await whenWorking(guest.pid);
});

test('a gdb that dies whenever it attaches is an error, with nothing on stdout', async () => {
  using directory = temporaryDirectory();
  const gdb = script(join(directory.path, 'gdb'), dyingAtAttach);
  await using guest = startThreads();
  await guest.whenRunning();
  await using run = startMarked([guest.pid, ...jsonl, '--gdb', gdb]);
  const { status, stdout, stderr } = await run.whenEnded();

  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/gdb failed 3 times in a row, last: gdb ended with status 0\n$/);
  await run.whenNothingIsLeft();
  await whenWorking(guest.pid);
});

/** Closes gdb's input behind the command to attach, upon which it does so, and leaves and ends. */
const dyingAtAttach = `
while IFS= read -r line; do
  printf '%s\\n' "$line"
  case $line in *attach*) exit ;; esac
done | gdb "$@"`;

const jsonl = ['-f', 'jsonl', '-i', '5ms'] as const;

function script(file: string, lines: string): string {
  writeFileSync(file, `#!/bin/sh\n${lines}\n`);
  chmodSync(file, 0o755);
  return file;
}
