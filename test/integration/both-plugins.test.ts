import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { compilePlugin } from '../fixtures/compile.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin, fixedTotal, startFixed, totalOf } from '../fixtures/fixed.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { inspection } from '../fixtures/inspection.ts';
import { expectRefusal } from '../fixtures/refusal.ts';
import { whenUndisturbed } from '../fixtures/undisturbed.ts';

const insn = pluginFile('array');
const bb = pluginFile('block-struct');

let guest: Guest;

// libbb is loaded first: it is not by their order that libinsn is taken.
beforeAll(async () => {
  guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: bb,
    inline: false,
    qemuArgs: ['-plugin', `${insn},inline=on`],
    guest: 'fixed',
  });
  await guest.whenSettled();
});

afterAll(async () => {
  await guest[Symbol.asyncDispose]();
});

test('of two plugins libinsn is read, in its own mode, and inspect names the other', async () => {
  expect(await totalOf(guest)).toMatchObject({
    plugin: insn,
    plugin_kind: 'insn',
    mode: 'inline',
    total: fixedTotal,
  });
  const facts = await inspection(guest.pid);
  expect(facts.get('kind')).toMatch(/^libinsn: /);
  expect(facts.get('also loaded')).toBe(`libbb, ${bb}`);
});

test('libinsn is come across under the name of a link, too', async () => {
  using directory = temporaryDirectory();
  const counter = copyPlugin(join(directory.path, 'counter.so'));
  const link = join(directory.path, 'link.so');
  symlinkSync(counter, link);
  await using linked = startGuest({
    qemu: 'qemu-riscv64',
    plugin: link,
    inline: false,
    qemuArgs: ['-plugin', `${bb},inline=on`],
    guest: 'fixed',
  });
  await linked.whenSettled();

  expect(await totalOf(linked)).toMatchObject({ plugin: counter, mode: 'percpu' });
  const facts = await inspection(linked.pid, '--no-attach');
  expect(facts.get('also loaded')).toBe(`libbb, ${bb}`);
  expect(facts.get('mode')).toMatch(/^percpu /);
  expect((await icount(['list'])).stdout).toMatch(
    new RegExp(`^ *${linked.pid} +\\S+ +riscv64 +libinsn +percpu `, 'm'),
  );
});

test('libinsn that is stripped is not passed over for libbb', async () => {
  const plugin = pluginFile('array', 'fully-stripped');
  await using stripped = startGuest({
    qemu: 'qemu-riscv64',
    plugin,
    inline: false,
    qemuArgs: ['-plugin', bb],
    guest: 'fixed',
  });
  await stripped.whenSettled();

  expectRefusal(await icount([stripped.pid]), 6, `${plugin}: it has been stripped`);
  expect(await totalOf(stripped, '--plugin-file', insn)).toMatchObject({ plugin_kind: 'insn' });
  expect(await totalOf(stripped, '--plugin', 'libbb')).toMatchObject({ plugin_kind: 'bb' });
});

test('a file that is none that is known is passed over for one that is', async () => {
  using directory = temporaryDirectory();
  const strange = join(directory.path, 'libinsn.so');
  compilePlugin(strange, 'counters', { COUNTERS: 'static kept int insns', COUNT: 'insns = 1' });
  await using both = startGuest({
    qemu: 'qemu-riscv64',
    plugin: strange,
    inline: false,
    qemuArgs: ['-plugin', bb],
    guest: 'fixed',
  });
  await both.whenSettled();

  expect(await totalOf(both)).toMatchObject({ plugin: bb, total: fixedTotal });
});

test('--plugin libbb reads the other', async () => {
  expect(await totalOf(guest, '--plugin', 'libbb')).toMatchObject({
    plugin: bb,
    plugin_kind: 'bb',
    mode: 'percpu',
    total: fixedTotal,
  });
  const facts = await inspection(guest.pid, '--plugin', 'libbb', '--no-attach');
  expect(facts.get('also loaded')).toBe(`libinsn, ${insn}`);
  expect(facts.get('mode')).toMatch(/^percpu /);
});

test('--plugin-file reads the plugin that it is a file of', async () => {
  for (const [file, kind] of [
    [bb, 'bb'],
    [pluginFile('block-struct', 'stripped'), 'bb'],
    [insn, 'insn'],
  ] as const) {
    expect(await totalOf(guest, '--plugin-file', file)).toMatchObject({
      plugin_kind: kind,
      total: fixedTotal,
    });
  }
});

test('a plugin that is not there is refused, and the one that is there named', async () => {
  await using other = await startFixed(bb);

  const run = await icount([other.pid, '--plugin', 'libinsn']);

  expectRefusal(run, 5, `process ${other.pid} has no libinsn`, `libbb (${bb})`, '--plugin libbb');
  await whenUndisturbed(other.pid);
});

test('a plugin that nobody knows is wrong usage', async () => {
  const run = await icount([guest.pid, '--plugin', 'libhotblocks']);

  expectRefusal(run, 2, 'unknown plugin "libhotblocks"', 'libinsn, libbb');
});

test('both may be stripped, and named as they like: a copy of either tells it', async () => {
  using directory = temporaryDirectory();
  const one = copyPlugin(join(directory.path, 'one.so'), 'array', 'fully-stripped');
  const two = copyPlugin(join(directory.path, 'two.so'), 'block-struct', 'fully-stripped');
  await using stripped = startGuest({
    qemu: 'qemu-riscv64',
    plugin: one,
    inline: true,
    qemuArgs: ['-plugin', two],
    guest: 'fixed',
  });
  await stripped.whenSettled();

  for (const [file, path, mode] of [
    [insn, one, 'inline'],
    [bb, two, 'percpu'],
  ] as const) {
    expect(await totalOf(stripped, '--plugin-file', file)).toMatchObject({
      plugin: path,
      mode,
      total: fixedTotal,
    });
  }
});
