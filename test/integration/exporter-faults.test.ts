import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { startExporter } from '../fixtures/exporter.ts';
import { fixed } from '../fixtures/fleet-guests.ts';
import { startGuest } from '../fixtures/guest.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { promtool } from '../fixtures/prometheus.ts';
import { gdbOf } from '../fixtures/undisturbed.ts';
import { until } from '../fixtures/until.ts';

test('a gdb that hangs costs its guest that scrape, and no other', async () => {
  await using hung = fixed();
  await using well = fixed();
  await Promise.all([hung.whenSettled(), well.whenSettled()]);
  await using exporter = await startExporter([hung.pid, well.pid]);
  await exporter.whenUp(hung.pid);
  await exporter.whenUp(well.pid);
  const gdb = await gdbOf(hung.pid);
  process.kill(gdb, 'SIGSTOP');
  const begun = performance.now();
  const page = await exporter.series();

  expect(performance.now() - begun).toBeLessThan(1_500);
  const up = (pid: number) =>
    page.find(({ name, labels }) => name === 'icount_guest_up' && labels['pid'] === String(pid));
  expect(up(hung.pid)?.value).toBe('0');
  expect(up(well.pid)?.value).toBe('1');
  expect(await exporter.value('icount_read_failures_total')).not.toBe('0');
  // After some more of it another gdb takes its place.
  await exporter.whenUp(hung.pid, 30_000);
  expect(await exporter.value('icount_gdb_restarts_total')).toBe('1');
});

test('a gdb that dies is replaced and counted', async () => {
  await using guest = fixed();
  await guest.whenSettled();
  await using exporter = await startExporter(['--all']);
  await exporter.whenUp(guest.pid);
  process.kill(await gdbOf(guest.pid), 'SIGKILL');
  await until('the restart', async () => {
    return (await exporter.value('icount_gdb_restarts_total')) === '1';
  });
  await exporter.whenUp(guest.pid);

  expect(await exporter.value('icount_guest_instructions_total', guest.pid)).toBe('2000020');
});

test('a guest that cannot be had is told of once, counted, and had when it can be', async () => {
  await using guest = fixed();
  await guest.whenSettled();
  guest.child.kill('SIGSTOP');
  await using exporter = await startExporter(['--all']);
  await until('three attempts', async () => {
    return Number(await exporter.value('icount_attach_failures_total')) >= 3;
  });
  const told = exporter.run.stderr.split('\n').filter((line) => line.includes(`${guest.pid}`));
  expect(told).toEqual([expect.stringContaining(`process ${guest.pid} is stopped`)]);
  guest.child.kill('SIGCONT');
  await exporter.whenUp(guest.pid, 20_000);
});

test('a guest that its owner has stopped is not up, which is no failure of a read', async () => {
  await using guest = fixed();
  await guest.whenSettled();
  await using exporter = await startExporter([guest.pid]);
  await exporter.whenUp(guest.pid);
  const failures = await exporter.value('icount_read_failures_total');
  guest.child.kill('SIGSTOP');
  await until('it to be down', async () => {
    return (await exporter.value('icount_guest_up', guest.pid)) === '0';
  });
  expect(await exporter.value('icount_read_failures_total')).toBe(failures);
  guest.child.kill('SIGCONT');
  await exporter.whenUp(guest.pid);
});

describe('what the owner of a guest chooses does not get out of its label', () => {
  test.each([
    ['quotes and newlines', 'a"b\nc\\d} 1\nicount_guest_up 7\n', undefined],
    ['64 KiB', 'x'.repeat(65_536), `${'x'.repeat(199)}…`],
    ['what is no UTF-8', Buffer.from([0x61, 0xff, 0xc3, 0x28]), 'a\ufffd\ufffd('],
  ])('%s', async (_, given, shown) => {
    const name = typeof given === 'string' ? given : given.toString('latin1');
    // printf gives bytes, where spawn would give UTF-8.
    const behind =
      typeof given === 'string'
        ? []
        : ['sh', '-c', `exec "$@" -name "$(printf 'a\\377\\303(')"`, 'sh'];
    await using guest = startGuest({
      qemu: 'qemu-system-riscv64',
      plugin: pluginFile('array'),
      inline: false,
      guest: 'harts',
      behind,
      qemuArgs: typeof given === 'string' ? ['-name', `guest=${name}`] : [],
    });
    await guest.whenSettled();
    await using exporter = await startExporter([guest.pid]);
    await exporter.whenUp(guest.pid);
    const page = await exporter.page();

    expect(page.length).toBeLessThan(20_000);
    expect(await promtool(['check', 'metrics'], page)).toEqual({ status: 0, said: '' });
    const info = (await exporter.series(guest.pid)).find(
      ({ name: of }) => of === 'icount_guest_info',
    );
    expect(info?.labels['name']).toBe(shown ?? name);
  });
});

test('where everybody can reach it, that is said', async () => {
  await using guest = fixed();
  await guest.whenSettled();
  const run = startIcount(['exporter', guest.pid, '--listen', ':0']);
  await using _ = run;
  await until('the notice', () => run.stderr.includes("sees the guests' names"));
});

test('a port that is taken is said before a guest is touched', async () => {
  await using exporter = await startExporter(['--all']);
  const { host } = new URL(exporter.url);

  const run = await icount(['exporter', '--all', '--listen', host]);
  expect(run).toMatchObject({ status: 2, stdout: '' });
  expect(run.stderr).toContain(`can't listen on ${host}: address already in use`);
});

test('a pid that is used again is another series', { retry: 3 }, async () => {
  await using exporter = await startExporter(['--all']);
  const first = fixed();
  await exporter.whenUp(first.pid);
  const [old] = await exporter.series(first.pid);
  await first[Symbol.asyncDispose]();
  // It takes CAP_CHECKPOINT_RESTORE, as root has it.
  writeFileSync('/proc/sys/kernel/ns_last_pid', String(first.pid - 1));
  await using second = fixed();
  expect(second.pid).toBe(first.pid);
  await until('the new one', async () => {
    const [series] = await exporter.series(second.pid);
    return series !== undefined && series.labels['start'] !== old?.labels['start'];
  });
});
