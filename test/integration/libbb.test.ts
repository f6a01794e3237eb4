import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildIdOf } from '../fixtures/build-id.ts';
import { pluginFile } from '../fixtures/cache.ts';
import { compilePlugin } from '../fixtures/compile.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin, fixedTotal, startFixed, totalOf } from '../fixtures/fixed.ts';
import { startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { inspection } from '../fixtures/inspection.ts';
import { readRecords } from '../fixtures/records.ts';
import { expectRefusal } from '../fixtures/refusal.ts';
import { startSpin } from '../fixtures/running.ts';
import { whenUndisturbed, whenWorking } from '../fixtures/undisturbed.ts';

test('libbb is listed, with its name and mode', async () => {
  const plugin = pluginFile('block-struct');
  await using guest = await startFixed(plugin);

  const { stdout } = await icount(['list', '--format', 'jsonl']);

  const row = stdout.split('\n').find((line) => line.includes(`"pid":${guest.pid},`)) ?? '{}';
  expect(JSON.parse(row)).toMatchObject({ plugin, plugin_kind: 'bb', mode: 'inline' });
  expect((await icount(['list'])).stdout).toMatch(
    new RegExp(`^ *${guest.pid} +\\S+ +riscv64 +libbb +inline `, 'm'),
  );
});

test('doctor finds nothing amiss with libbb', async () => {
  await using guest = await startFixed(pluginFile('block-struct', 'stripped'), false);

  const { status, stdout } = await icount(['doctor', guest.pid]);

  expect(status, stdout).toBe(0);
  expect(stdout).toMatch(
    /counters +libbb, layout block-struct \(QEMU 5\.2 to 8\.2\), by the symbol/,
  );
  expect(stdout).toMatch(/percpu mode, counted for all vCPUs together; 2,000,020 instructions/);
});

test('libbb without symbols is an error that tells the build-id and the way out', async () => {
  const plugin = pluginFile('block-struct', 'fully-stripped');
  await using guest = await startFixed(plugin);

  expectRefusal(
    await icount([guest.pid]),
    6,
    `${plugin}: it has been stripped of its symbols`,
    `--plugin-file at an unstripped copy with the build-id ${buildIdOf(plugin)}`,
  );
  for (const symbols of ['full', 'stripped'] as const) {
    const found = await totalOf(guest, '--plugin-file', pluginFile('block-struct', symbols));
    expect(found).toMatchObject({ layout: 'block-struct', plugin_kind: 'bb', total: fixedTotal });
  }
  await whenUndisturbed(guest.pid);
});

test('libbb may have its symbols in a separate file, and any name', async () => {
  await using guest = await startFixed(pluginFile('block-struct', 'separate'));
  expect(await totalOf(guest)).toMatchObject({ layout: 'block-struct', total: fixedTotal });
  expect((await inspection(guest.pid)).get('inline_count')).toContain('(debug information)');

  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, 'blocks'), 'block-scalar', 'stripped');
  await using other = await startFixed(plugin, false);
  expect(await totalOf(other)).toMatchObject({ plugin, layout: 'block-scalar', total: fixedTotal });
});

test('vCPUs that add to one libbb counter are told of, and those under its lock are not', async () => {
  for (const { inline, said } of [
    { inline: true, said: true },
    { inline: false, said: false },
  ]) {
    await using guest = startGuest({
      qemu: 'qemu-system-riscv64',
      plugin: pluginFile('block-struct'),
      inline,
      guest: 'harts-busy',
      smp: 4,
    });
    await guest.whenRunning();
    const { stderr } = await icount([guest.pid, '-i', '10ms', '-n', 1]);

    expect(stderr.includes('4 vCPUs add to one counter without atomicity')).toBe(said);
  }
});

test.each([
  { layout: 'block-struct', qemu: 'qemu-system-riscv64', guest: 'harts-busy' },
  { layout: 'block-scoreboard', qemu: 'qemu10-system', guest: 'harts-poll' },
] as const)('four busy vCPUs under $layout: columns sum up, row by row', async (one) => {
  await using guest = startGuest({
    qemu: one.qemu,
    plugin: pluginFile(one.layout),
    inline: one.qemu === 'qemu10-system',
    guest: one.guest,
    smp: 4,
  });
  await guest.whenRunning();

  const run = await icount([guest.pid, '-f', 'jsonl', '-i', '50ms', '-n', 5]);

  const { samples, summary } = readRecords(run.stdout);
  expect(samples).toHaveLength(5);
  for (const { insns, vcpus = [] } of samples) {
    expect(vcpus.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(vcpus.reduce((sum, vcpu) => sum + vcpu.insns, 0n)).toBe(insns);
    expect(insns).toBeGreaterThan(0n);
  }
  const report = await guest.end();
  expect(summary.total).toBeLessThanOrEqual(report.total ?? 0n);
});

test('a block that a fault cuts short is counted whole, as in its own report', async () => {
  const counted = async (layout: 'array' | 'block-struct') => {
    await using guest = startGuest({
      qemu: 'qemu-riscv64',
      plugin: pluginFile(layout),
      inline: true,
      guest: 'cut-short',
    });
    await guest.whenSettled();
    const { total } = await totalOf(guest);
    const report = await guest.end();
    return { total, reported: report.total ?? 0n };
  };

  const insn = await counted('array');
  const bb = await counted('block-struct');

  // Seven of the ten instructions come after the one that faults.
  expect(bb.total - insn.total).toBe(7n);
  expect(bb.reported - insn.reported).toBe(7n);
});

test('a command is bracketed under libbb as under libinsn', async () => {
  await using guest = await startSpin(pluginFile('block-struct'));

  const run = await icount([guest.pid, '--', 'sleep', '0.1']);

  expect(run.status).toBe(0);
  expect(run.stderr).toMatch(/^ +[\d,]{5,} {2}instructions {2}# [\d.]+ MIPS$/m);
  await whenWorking(guest.pid);
});

describe('a plugin like libbb whose counters are of unknown size or type', () => {
  const struct = 'uint64_t lock; int index; uint64_t bb_count, insn_count;';
  const rest = 'static kept void *counts; static kept int max_cpus';
  const cases = [
    {
      what: 'a counter of blocks of 4 bytes',
      counters: 'static kept uint32_t bb_count; static kept uint64_t insn_count',
      count: 'bb_count = insn_count = 1',
      typed: 'bb_count has 4 bytes',
      untyped: 'bb_count has 4 bytes',
    },
    {
      what: 'a structure with one member more',
      counters: `static kept struct { ${struct} uint64_t loads; } inline_count; ${rest}`,
      count: 'inline_count.insn_count = max_cpus = counts != 0',
      typed: 'inline_count has 40 bytes',
      untyped: 'inline_count has 40 bytes',
    },
    {
      what: 'members in another order',
      counters: `static kept struct { uint64_t lock; int index; uint64_t insn_count, bb_count; } inline_count; ${rest}`,
      count: 'inline_count.insn_count = 300, inline_count.bb_count = 150, max_cpus = counts != 0',
      typed: 'inline_count.insn_count lies at byte 16 of 32',
      untyped: 'leads to no counters (150 instructions in 300 blocks)',
    },
    {
      what: 'a counter of 4 bytes where 8 are',
      counters: `static kept struct { uint64_t lock; int index; uint64_t bb_count; uint32_t insn_count, rest; } inline_count; ${rest}`,
      count: 'inline_count.insn_count = inline_count.rest = max_cpus = counts != 0',
      typed: 'inline_count.insn_count has 4 bytes, where a counter has 8',
      // By their sizes these variables are libbb's.
      untyped: undefined,
    },
    {
      what: 'arrays of counters',
      counters: 'static kept uint64_t bb_count[2], insn_count[2]',
      count: 'bb_count[0] = insn_count[0] = 1',
      typed: 'insn_count is of type uint64_t [2]',
      untyped: "leads to no counters (8 bytes at 0x1 can't be read)",
    },
    {
      what: 'a scoreboard that never comes',
      counters: 'static kept struct { void *score; uint64_t offset; } bb_count, insn_count',
      count: 'bb_count.score = insn_count.score = 0',
      typed: 'insn_count is of type struct {...}',
      untyped: 'leads to no counters (the plugin has no scoreboard yet)',
    },
    {
      what: 'a variable of another name',
      counters: `static kept struct { ${struct} } inline_count; static kept void *counts; static kept int most_cpus`,
      count: 'inline_count.insn_count = most_cpus = counts != 0',
      typed: 'its variables are of no libbb that is known (counts: 8 bytes of type void *',
      untyped: 'its variables are of no libbb that is known (counts: 8 bytes, ',
    },
    {
      what: 'nothing of its own but a switch',
      counters: 'static kept int blocks',
      count: 'blocks = 1',
      typed: 'its variables are of no libbb that is known (do_inline: 1 bytes of type',
      untyped: 'its variables are of no libbb that is known (do_inline: 1 bytes)',
    },
    {
      what: 'counts of another type',
      counters: `static kept struct { ${struct} } inline_count; ${rest}`,
      count: 'inline_count.insn_count = max_cpus = counts != 0',
      typed: 'counts is of type void *',
      // A pointer is a pointer.
      untyped: undefined,
    },
  ] as const;

  test.each(cases)('$what', async ({ counters, count, typed, untyped }) => {
    using directory = temporaryDirectory();
    const plugin = join(directory.path, 'libbb.so');
    compilePlugin(plugin, 'counters', { COUNTERS: counters, COUNT: count });
    const stripped = join(directory.path, 'stripped-libbb.so');
    execFileSync('strip', ['--strip-debug', '-o', stripped, plugin]);

    for (const [file, said] of [
      [plugin, typed],
      [stripped, untyped],
    ] as const) {
      if (said === undefined) continue;
      await using guest = startGuest({
        qemu: 'qemu-riscv64',
        plugin: file,
        inline: false,
        guest: 'spin',
      });
      await guest.whenSaid('running\n');

      expectRefusal(await icount([guest.pid]), 6, `${file}: `, said, 'the libbb of QEMU 4.2 to 11');
      await whenUndisturbed(guest.pid);
    }
    expect.hasAssertions();
  });
});
