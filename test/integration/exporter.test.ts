import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { startExporter } from '../fixtures/exporter.ts';
import { fixed, harts } from '../fixtures/fleet-guests.ts';
import { startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { promtool } from '../fixtures/prometheus.ts';
import { whenUndisturbed } from '../fixtures/undisturbed.ts';

test('the page of a named guest has every digit, and promtool has nothing to say', async () => {
  await using guest = harts('build-7');
  await guest.whenSettled();
  await using exporter = await startExporter([guest.pid]);
  await exporter.whenUp(guest.pid);
  const page = await exporter.page();
  const series = await exporter.series(guest.pid);

  expect(await promtool(['check', 'metrics'], page)).toEqual({ status: 0, said: '' });
  const counters = series.filter(({ name }) => name === 'icount_guest_instructions_total');
  expect(counters.map(({ labels }) => labels)).toEqual(
    ['0', '1'].map((vcpu) => ({
      pid: String(guest.pid),
      start: expect.stringMatching(/^\d+$/),
      name: 'build-7',
      arch: 'riscv64',
      vcpu,
    })),
  );
  const { perVcpu } = await guest.end();
  expect(counters.map(({ value }) => BigInt(value))).toEqual([perVcpu.get(0), perVcpu.get(1)]);
});

test('the exporter of named guests ends when they have', async () => {
  await using guest = fixed();
  await guest.whenSettled();
  await using exporter = await startExporter([guest.pid]);
  await exporter.whenUp(guest.pid);
  await guest.end();

  expect(await exporter.run.whenEnded()).toMatchObject({ status: 0, stdout: '' });
});

test('of guests that were named each must be had', async () => {
  const run = await icount(['exporter', 2 ** 31 - 1, '--listen', '127.0.0.1:0']);

  expect(run).toMatchObject({ status: 3, stdout: '' });
  expect(run.stderr).toContain('process 2147483647 does not exist');
});

test('with --all guests come and go, and each scrape reads anew', async () => {
  await using exporter = await startExporter(['--all']);
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array-with-pc'),
    inline: true,
    guest: 'getpid-loop',
  });
  // Found within 5 s, and attached.
  await exporter.whenUp(guest.pid, 6_000);
  const counts: bigint[] = [];
  for (let scrape = 0; scrape < 3; scrape += 1) {
    counts.push(BigInt((await exporter.value('icount_guest_instructions_total', guest.pid)) ?? 0));
    await sleep(20);
  }
  expect(new Set(counts).size).toBe(3);
  guest.child.kill('SIGKILL');
  await exporter.whenGone(guest.pid, 3_000);
  expect(exporter.run.hasEnded).toBe(false);
});

test('a process that becomes a QEMU long after it was looked at is found within 5 s, too', async () => {
  await using exporter = await startExporter(['--all']);
  await using guest = fixed({ behind: ['sh', '-c', 'sleep 6; exec "$@"', 'sh'] });
  await guest.whenSaid('sleeping\n');

  await exporter.whenUp(guest.pid, 6_000);
});

test('SIGTERM leaves all guests in order, within a second', async () => {
  const guests = [fixed(), fixed(), fixed(), harts('four')];
  try {
    await Promise.all(guests.map((guest) => guest.whenSettled()));
    await using exporter = await startExporter(['--all']);
    for (const { pid } of guests) await exporter.whenUp(pid);
    const begun = performance.now();
    exporter.run.child.kill('SIGTERM');
    const { status, stderr } = await exporter.run.whenEnded();

    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(status).toBe(0);
    expect(stderr).not.toContain('bug');
    for (const { pid } of guests) await whenUndisturbed(pid);
  } finally {
    for (const guest of guests) await guest[Symbol.asyncDispose]();
  }
});

test('SIGTERM while guests are being attached to leaves them, too', async () => {
  const guests = Array.from({ length: 6 }, () => fixed());
  try {
    await Promise.all(guests.map((guest) => guest.whenSettled()));
    const named = guests.map(({ pid }) => pid);
    for (const [args, afterMs] of [
      [['--all'], 0],
      [['--all'], 100],
      [['--all'], 250],
      [named, 50],
      [named, 300],
    ] as const) {
      await using exporter = await startExporter(args);
      await sleep(afterMs);
      exporter.run.child.kill('SIGTERM');
      expect([0, 143]).toContain((await exporter.run.whenEnded()).status);
      for (const { pid } of guests) await whenUndisturbed(pid);
    }
  } finally {
    for (const guest of guests) await guest[Symbol.asyncDispose]();
  }
});
