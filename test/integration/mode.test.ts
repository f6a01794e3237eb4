import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { compilePlugin } from '../fixtures/compile.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { startFixed } from '../fixtures/fixed.ts';
import { startGuest } from '../fixtures/guest.ts';
import { startHarts } from '../fixtures/harts.ts';
import { icount } from '../fixtures/icount.ts';
import { setVariables } from '../fixtures/poke.ts';
import { readRecords } from '../fixtures/records.ts';
import { expectRefusal } from '../fixtures/refusal.ts';
import { whenUndisturbed } from '../fixtures/undisturbed.ts';

const once = ['-f', 'jsonl', '-i', '10ms', '-n', 1] as const;

test.each([
  { inline: true, doInline: 0n, mode: 'percpu', total: 0n },
  { inline: false, doInline: 1n, mode: 'inline', total: 0n },
])('do_inline is believed over the command line, which says $inline', async (given) => {
  await using guest = await startFixed(pluginFile('array'), given.inline);
  await setVariables(guest.pid, { do_inline: given.doInline });

  const { stdout } = await icount([guest.pid, ...once]);

  const { start, summary } = readRecords(stdout);
  expect(start.mode).toBe(given.mode);
  expect(summary.total).toBe(given.total);
});

test.each(['inline', 'inline=on', 'inline=yes', 'inline=true', 'arg=inline'])(
  'the mode is inline however QEMU was told so: %s',
  async (pluginArgs) => {
    await using guest = startGuest({
      qemu: 'qemu-riscv64',
      plugin: pluginFile('array'),
      inline: true,
      pluginArgs,
      guest: 'fixed',
    });
    await guest.whenSettled();

    const { stdout } = await icount([guest.pid, ...once]);

    expect(readRecords(stdout)).toMatchObject({
      start: { mode: 'inline' },
      summary: { total: 2_000_020n },
    });
  },
);

test('--mode chooses between the counters that an array layout has', async () => {
  await using guest = await startFixed(pluginFile('array-with-pc', 'stripped'), false);

  const forced = await icount([guest.pid, ...once, '--mode', 'inline']);
  const own = await icount([guest.pid, ...once, '--mode', 'percpu']);

  const [inline, percpu] = [readRecords(forced.stdout), readRecords(own.stdout)];
  expect(inline).toMatchObject({ start: { mode: 'inline' }, summary: { total: 0n } });
  expect(inline.samples[0]).not.toHaveProperty('vcpus');
  expect(percpu).toMatchObject({ start: { mode: 'percpu' }, summary: { total: 2_000_020n } });
  expect(percpu.samples[0]?.vcpus).toEqual([{ index: 0, insns: 0n, total: 2_000_020n }]);
  expect(forced.stderr).toContain('the plugin counts in percpu mode');
  expect(own.stderr).not.toContain('the plugin counts in');
});

test.each([
  { layout: 'scalar', plugin: 'libinsn', inline: false, remedy: 'libinsn of QEMU 7.0' },
  { layout: 'block-scalar', plugin: 'libbb', inline: false, remedy: 'libbb of QEMU 9.0' },
  // In user mode its callbacks count all threads together, too.
  { layout: 'block-struct', plugin: 'libbb', inline: false, remedy: 'libbb of QEMU 9.0' },
  { layout: 'block-struct', plugin: 'libbb', inline: true, remedy: 'libbb of QEMU 9.0' },
] as const)('--mode percpu is refused where one counter is all that there is: %j', async (one) => {
  await using guest = await startFixed(pluginFile(one.layout), one.inline);

  const { status, stdout, stderr } = await icount([guest.pid, '--mode', 'percpu']);

  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    new RegExp(
      `^icount-gdb: --mode percpu: the ${one.plugin} .* ${guest.pid} .*${one.layout}.* one count for all vCPUs\n.*${one.remedy}`,
    ),
  );
  await whenUndisturbed(guest.pid);
});

test('a plugin without do_inline is refused rather than its mode guessed', async () => {
  using directory = temporaryDirectory();
  const plugin = join(directory.path, 'libinsn.so');
  compilePlugin(plugin, 'counters', {
    COUNTERS: 'static kept uint64_t insn_count',
    COUNT: 'insn_count = 1',
    do_inline: 'use_inline',
  });
  await using guest = await startFixed(plugin);

  expectRefusal(await icount([guest.pid]), 6, `${plugin}: it has no variable do_inline`);
});

test('where only its inline mode counts all vCPUs together, that is said, also by doctor', async () => {
  await using guest = await startHarts('block-struct', { inline: true, smp: 2 });

  const { stderr } = await icount([guest.pid, '--mode', 'percpu']);
  const { status, stdout } = await icount(['doctor', guest.pid, '--mode', 'percpu']);

  expect(stderr).toContain('start QEMU without inline=on, or use the libbb of QEMU 9.0');
  expect(stdout).toMatch(/^✓ ptrace .*\n✗ reading +--mode percpu: the libbb /m);
  expect(status).toBe(2);
});
