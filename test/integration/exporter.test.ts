import { readdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { type Exporter, startExporter } from '../fixtures/exporter.ts';
import { type Guest, type GuestOptions, startGuest } from '../fixtures/guest.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { promtool } from '../fixtures/prometheus.ts';
import { gdbOf, whenUndisturbed } from '../fixtures/undisturbed.ts';
import { until } from '../fixtures/until.ts';

function fixed(options: Partial<GuestOptions> = {}): Guest {
  return startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array-with-pc'),
    inline: true,
    guest: 'fixed',
    ...options,
  } as GuestOptions);
}

function harts(name: string, smp = 2): Guest {
  return startGuest({
    qemu: 'qemu-system-riscv64',
    plugin: pluginFile('array'),
    inline: false,
    guest: 'harts',
    smp,
    qemuArgs: ['-name', name],
  });
}

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

const descriptorsOf = ({ run }: Exporter): number =>
  readdirSync(`/proc/${run.child.pid}/fd`).length;

const residentOf = async (exporter: Exporter): Promise<number> =>
  Number(await exporter.value('process_resident_memory_bytes'));

test('neither descriptors nor memory grow over 10,000 scrapes', { timeout: 240_000 }, async () => {
  await using guest = fixed();
  await guest.whenSettled();
  await using exporter = await startExporter([guest.pid]);
  await exporter.whenUp(guest.pid);
  const scrape = async (times: number): Promise<void> => {
    for (let done = 0; done < times; done += 1) await exporter.page();
  };
  await scrape(8_000);
  // By then the heap has taken the size that it works in.
  const [fdsBefore, memoryBefore] = [descriptorsOf(exporter), await residentOf(exporter)];
  await scrape(10_000);

  expect(descriptorsOf(exporter)).toBeLessThanOrEqual(fdsBefore + 1);
  expect((await residentOf(exporter)) - memoryBefore).toBeLessThan(10e6);
  expect(exporter.run.stderr).not.toContain('MaxListeners');
});

test('nor over 500 guests that come and go', { timeout: 600_000 }, async () => {
  await using exporter = await startExporter(['--all']);
  await exporter.page();
  const fewest = descriptorsOf(exporter);
  const comeAndGo = async (): Promise<void> => {
    const guests = Array.from({ length: 50 }, () => fixed());
    try {
      for (const { pid } of guests) await exporter.whenUp(pid, 60_000);
    } finally {
      for (const guest of guests) await guest[Symbol.asyncDispose]();
    }
  };
  const none = (): Promise<boolean> =>
    until('all to be gone', async () => !(await exporter.page()).includes('icount_guest_up{'));
  for (let gone = 0; gone < 400; gone += 50) await comeAndGo();
  await none();
  // By then the heap has taken the size that it works in: of 1,200 guests the last 500 add nothing.
  const memoryBefore = await residentOf(exporter);
  for (let gone = 0; gone < 500; gone += 50) await comeAndGo();
  await none();

  // Their gdbs end a little later.
  await until(
    'its descriptors to be as few as before',
    () => descriptorsOf(exporter) <= fewest + 1,
  );
  expect((await residentOf(exporter)) - memoryBefore).toBeLessThan(10e6);
  expect(exporter.run.stderr).not.toMatch(/MaxListeners|left out|can't/);
});
