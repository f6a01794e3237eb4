import { expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { startGuest } from '../fixtures/guest.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { readRecords, readSamples } from '../fixtures/records.ts';

test('an idle guest gives rows of zeros, on time', async () => {
  await using guest = startGuest({
    qemu: 'qemu-system-riscv64',
    plugin: pluginFile('array'),
    inline: false,
    guest: 'harts-idle',
    smp: 4,
  });
  await guest.whenSettled();

  const run = await icount([guest.pid, '-f', 'jsonl', '-i', '50ms', '-n', 30]);

  const { samples, summary } = readRecords(run.stdout);
  expect(samples.map(({ insns, mips }) => ({ insns, mips }))).toEqual(
    Array.from({ length: 30 }, () => ({ insns: 0n, mips: 0 })),
  );
  expect(summary.total).toBeGreaterThan(0n);
  // This machine may be busy: half of the rows must be close to the grid.
  const offNs = samples.map(({ elapsed_ns: ns }) => Math.abs(ns - Math.round(ns / 50e6) * 50e6));
  expect(median(offNs)).toBeLessThan(5e6);
  const points = Math.round(summary.elapsed_ns / 50e6);
  expect(summary.samples + summary.late).toBe(points);
});

test('the rate of a guest that works and sleeps by turns falls to zero and rises again', async () => {
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array'),
    inline: true,
    guest: 'busy-sleep',
  });
  await guest.whenRunning();

  await using run = startIcount([guest.pid, '-f', 'jsonl', '-i', '100ms']);
  await run.whenWritten('work, sleep and work again', (stdout) => {
    const phases = readSamples(stdout).map(({ insns }) => (insns > 0n ? 'w' : 's'));
    return /w+s{5,}w{5,}/.test(phases.join(''));
  });
  const outcome = await run.interrupt();

  expect(outcome.status).toBe(0);
  expect(readRecords(outcome.stdout).summary.reason).toBe('interrupted');
});

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
