import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { compilePlugin } from '../fixtures/compile.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { startGuest } from '../fixtures/guest.ts';
import { startHarts } from '../fixtures/harts.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { counterAddress, inspection } from '../fixtures/inspection.ts';
import { readWord } from '../fixtures/poke.ts';
import { countLines, readRecords, sumOf } from '../fixtures/records.ts';
import { until } from '../fixtures/until.ts';

/** The array layouts have eight slots, and vCPU i counts in slot i % 8. */
const slotNames = ['0+8', '1+9', '2+10', '3+11', '4', '5', '6', '7'];

test.each(['array', 'array-with-pc'] as const)(
  '12 vCPUs in the eight slots of layout %s: the columns say which they hold',
  async (layout) => {
    await using guest = await startHarts(layout, { inline: false, smp: 12 });
    const run = (...options: readonly string[]) =>
      icount([guest.pid, '-i', '10ms', '-n', 2, ...options]);

    const table = await run();
    const csv = await run('-f', 'csv');
    const jsonl = await run('-f', 'jsonl');
    const facts = await inspection(guest.pid);

    const [header] = table.stdout.split('\n');
    expect(header?.match(/cpu\S+/g)).toEqual(slotNames.map((name) => `cpu${name}`));
    const cpus = csv.stdout.split('\n').slice(1, 10);
    expect(cpus.map((row) => row.split(',')[4])).toEqual(['all', ...slotNames]);
    const vcpus = readRecords(jsonl.stdout).summary.vcpus ?? [];
    expect(vcpus.map((vcpu) => vcpu.cpus ?? `${vcpu.index}`)).toEqual(slotNames);
    expect([...facts.keys()].filter((name) => name.startsWith('cpu '))).toEqual(
      slotNames.map((name) => `cpu ${name}`),
    );
    expect(facts.get('vCPUs')).toBe('12');

    const notice = /^icount-gdb: libinsn has 8 slots for 12 vCPUs/gm;
    for (const { stderr } of [table, csv, jsonl]) expect(stderr.match(notice)).toHaveLength(1);

    const report = await guest.end();
    expect(vcpus.map(({ total }) => total)).toEqual([...report.perVcpu.values()]);
    expect(report.perVcpu.size).toBe(8);
    expect(sumOf(report.perVcpu.values())).toBe(report.total);
  },
);

test('vCPUs that are plugged in have columns from their first instruction, and the counts are right', async () => {
  await using guest = startGuest({
    qemu: 'qemu-system-s390x',
    plugin: pluginFile('array'),
    inline: false,
    guest: 's390x-plug',
  });
  await guest.whenRunning();
  await using run = startIcount([guest.pid, '-f', 'jsonl', '-i', '10ms']);
  await run.whenWritten('samples', (stdout) => countLines(stdout) > 3);
  for (const core of [1, 2, 3]) {
    const before = run.stdout;
    expect(before).not.toContain(`"index":${core}`);
    await guest.qmp('device_add', { driver: 'qemu-s390x-cpu', 'core-id': core });
    await run.whenWritten(`vCPU ${core}`, (stdout) => stdout.includes(`"index":${core},`));
    const after = countLines(run.stdout);
    await run.whenWritten('more', (stdout) => countLines(stdout) > after + 3);
  }
  await guest.monitor('stop');
  const stopped = countLines(run.stdout);
  await run.whenWritten('rows of zeros', (stdout) => countLines(stdout) > stopped + 3);
  const { status, stdout, stderr } = await run.interrupt();
  const report = await guest.end();

  expect(status, stderr).toBe(0);
  const { samples, gaps, summary } = readRecords(stdout);
  expect(gaps).toEqual([]);
  expect(samples.at(-1)?.insns).toBe(0n);
  expect(new Map(summary.vcpus?.map(({ index, total }) => [index, total]))).toEqual(report.perVcpu);
  expect([...report.perVcpu.keys()]).toEqual([0, 1, 2, 3]);
  // A plugged one has executed nothing before the first row that shows it.
  for (const core of [1, 2, 3]) {
    const own = samples.flatMap(({ vcpus = [] }) => vcpus.filter(({ index }) => index === core));
    expect(own[0]?.insns).toBe(own[0]?.total);
    expect(sumOf(own.map(({ insns }) => insns))).toBe(own.at(-1)?.total);
  }
});

test('40 vCPUs on a scoreboard, from before they exist through the move of the array', async () => {
  await using held = await startHeld(40);
  const { guest } = held;
  const handle = await counterAddress(guest.pid);
  const before = await scoreboardAt(guest.pid, handle);

  await using run = startIcount([guest.pid, '-f', 'jsonl', '-i', '1ms']);
  await run.whenWritten('a sample', (stdout) => countLines(stdout) > 1);
  await held.release();
  await guest.whenSettled();
  const rows = countLines(run.stdout);
  await run.whenWritten('samples at rest', (stdout) => countLines(stdout) > rows + 5);
  const after = await scoreboardAt(guest.pid, handle);
  const { samples, gaps, summary } = readRecords((await run.interrupt()).stdout);

  expect([before.slots, after.slots]).toEqual([16, 64]);
  expect(after.data).not.toBe(before.data);
  expect(samples[0]).toMatchObject({ insns: 0n, total: 0n });
  expect(gaps).toEqual([]);
  for (const [index, sample] of samples.entries()) {
    const earlier = samples[index - 1];
    expect(sample.total).toBe((earlier?.total ?? 0n) + sample.insns);
    for (const { index: cpu, total, insns } of sample.vcpus ?? []) {
      expect(total).toBe((earlier?.vcpus?.[cpu]?.total ?? 0n) + insns);
    }
    expect(sample.vcpus?.length).toBeGreaterThanOrEqual(earlier?.vcpus?.length ?? 1);
  }
  expect(samples.at(-1)?.vcpus).toHaveLength(40);
  const report = await guest.end();
  expect((summary.vcpus ?? []).map(({ total }) => total)).toEqual([...report.perVcpu.values()]);
  expect(summary.total).toBe(report.total);
});

test('a table grows a column as a vCPU begins to run, under a new header', async () => {
  await using held = await startHeld(3);

  await using run = startIcount([held.guest.pid, '-i', '5ms']);
  await run.whenWritten('a row', (stdout) => stdout.split('\n').length > 2);
  await held.release();
  await run.whenWritten('three columns', (stdout) => stdout.includes('cpu2'));
  const { stdout } = await run.interrupt();

  const headers = stdout.split('\n').filter((line) => line.includes('MIPS'));
  expect(headers[0]).toMatch(/cpu0$/);
  expect(headers.at(-1)).toMatch(/cpu0 +cpu1 +cpu2$/);
});

test('several vCPUs that add to one counter: the user is told once that it loses counts', async () => {
  await using guest = startGuest({
    qemu: 'qemu-system-riscv64',
    plugin: pluginFile('scalar'),
    inline: true,
    guest: 'harts-busy',
    smp: 4,
  });
  await guest.whenRunning();

  const { stderr } = await icount([guest.pid, '-i', '10ms', '-n', 3]);

  expect(stderr.match(/4 vCPUs add to one counter without atomicity/g)).toHaveLength(1);
});

/** What libinsn's handle leads to: a GArray's data, and how many slots it has. */
async function scoreboardAt(pid: number, handle: bigint) {
  const score = await readWord(pid, handle);
  const array = await readWord(pid, score);
  const slots = (await readWord(pid, array + 8n)) & 0xffff_ffffn;
  return { data: await readWord(pid, array), slots: Number(slots) };
}

/** A QEMU that has loaded libinsn, and makes its vCPUs when it is released. */
async function startHeld(smp: number) {
  const directory = temporaryDirectory();
  const hold = join(directory.path, 'hold.so');
  compilePlugin(hold, 'hold', { INTERFACE_VERSION: 4 });
  const fifo = join(directory.path, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const guest = startGuest({
    qemu: 'qemu10-system',
    plugin: pluginFile('scoreboard'),
    inline: false,
    guest: 'harts-small',
    smp,
    qemuArgs: ['-plugin', `${hold},fifo=${fifo}`],
  });
  // Refused (ENXIO) until QEMU has it open for reading.
  const { O_WRONLY, O_NONBLOCK } = constants;
  const opened = await until('QEMU at the FIFO', () =>
    open(fifo, O_WRONLY | O_NONBLOCK).catch(() => undefined),
  );
  return {
    guest,
    release: () => opened.close(),
    async [Symbol.asyncDispose]() {
      await opened.close();
      await guest[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
}
