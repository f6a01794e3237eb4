import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildIdOf } from '../fixtures/build-id.ts';
import { guestFile, otherPluginFile, pluginFile } from '../fixtures/cache.ts';
import { compilePlugin } from '../fixtures/compile.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin, startFixed } from '../fixtures/fixed.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { startProgram } from '../fixtures/program.ts';
import { expectRefusal } from '../fixtures/refusal.ts';
import { whenUndisturbed } from '../fixtures/undisturbed.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startFixed(pluginFile('array'));
  return () => guest[Symbol.asyncDispose]();
});

/** Each command refuses the file with its name and what is wrong, and leaves the guest alone. */
async function expectRefused(file: string, ...facts: readonly string[]): Promise<void> {
  expectRefusal(await icount([guest.pid, '--plugin-file', file]), 6, `${file}: `, ...facts);
  await whenUndisturbed(guest.pid);
}

test('a file that is not there', async () => {
  await expectRefused('/no/such/libinsn.so', 'ENOENT');
});

test('a directory', async () => {
  await expectRefused('/tmp', "can't be read");
});

test('a file that is no ELF', async () => {
  await expectRefused('/etc/passwd', 'no ELF file');
});

test('an empty file', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'libinsn.so');
  writeFileSync(file, '');

  await expectRefused(file, 'is empty');
});

test('a device', async () => {
  await expectRefused('/dev/null', 'no regular file');
});

test.each([0.01, 0.5, 0.99])('an ELF of which %d is left', async (part) => {
  using directory = temporaryDirectory();
  const whole = readFileSync(pluginFile('array'));
  const file = join(directory.path, 'libinsn.so');
  writeFileSync(file, whole.subarray(0, Math.floor(whole.length * part)));

  await expectRefused(file, 'it ');
});

test('an ELF of another machine', async () => {
  await expectRefused(guestFile('spin'), 'it is for riscv', 'for x86-64');
});

test('another build', async () => {
  const other = pluginFile('array-with-pc');

  await expectRefused(other, 'another build', buildIdOf(other));
});

test('a copy that is stripped as well', async () => {
  await expectRefused(pluginFile('array', 'fully-stripped'), 'stripped of its symbols');
});

test.each([otherPluginFile(), pluginFile('block-struct')])('another plugin: %s', async (other) => {
  expectRefusal(await icount([guest.pid, '--plugin-file', other]), 6, other);
});

test('a plugin that counts nothing has not been stripped', async () => {
  await expectRefused(otherPluginFile(), 'it has none of the variables of libinsn', 'a copy of');
});

test('of a plugin that has neither symbols nor a name, another build', async () => {
  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, 'a.so'), 'block-struct', 'fully-stripped');
  await using nameless = await startFixed(plugin);
  const other = pluginFile('block-scalar');

  expectRefusal(
    await icount([nameless.pid, '--plugin-file', other]),
    6,
    `${other}: it is of another build than the libbb that process ${nameless.pid} has loaded`,
  );
  await whenUndisturbed(nameless.pid);
});

test('where there is no plugin at all, that is what is said', async () => {
  await using sleep = startProgram(['sleep', '600']);

  expectRefusal(await icount([sleep.pid, '--plugin-file', '/etc/passwd']), 5, 'is no QEMU');
});

describe('an insn plugin whose counters are of unknown size', () => {
  const inline = 'static kept uint64_t inline_insn_count';
  const cases = [
    {
      what: 'a counter of 4 bytes',
      counters: 'static kept uint32_t insn_count',
      count: 'insn_count = 1',
      typed: 'insn_count: 4 bytes',
      untyped: 'insn_count: 4 bytes',
    },
    {
      what: 'a counter that is no integer',
      counters: 'static kept double insn_count',
      count: 'insn_count = 1',
      typed: 'type double',
      untyped: undefined,
    },
    {
      what: 'an array of 96 bytes',
      counters: `${inline}; static kept struct { uint64_t a, insn_count, b; } counts[4]`,
      count: 'counts[argc % 4].insn_count = inline_insn_count = 1',
      typed: 'counts: 96 bytes',
      untyped: 'counts: 96 bytes',
    },
    {
      what: 'elements that are the other way round',
      counters: `${inline}; static kept struct { uint64_t insn_count, pc; } counts[8]`,
      count: 'counts[argc % 8].insn_count = inline_insn_count = 1',
      typed: 'lies at byte 0 of 16',
      untyped: undefined,
    },
  ] as const;

  test.each(cases)('$what', async ({ counters, count, typed, untyped }) => {
    using directory = temporaryDirectory();
    const plugin = join(directory.path, 'libinsn.so');
    compilePlugin(plugin, 'counters', { COUNTERS: counters, COUNT: count });
    const fact: Readonly<Record<string, string>> = { [plugin]: typed };
    const stripped = join(directory.path, 'stripped-insn.so');
    execFileSync('strip', ['--strip-debug', '-o', stripped, plugin]);

    for (const [file, said] of Object.entries({ ...fact, [stripped]: untyped })) {
      if (said === undefined) continue;
      await using unknown = startGuest({
        qemu: 'qemu-riscv64',
        plugin: file,
        inline: false,
        guest: 'spin',
      });
      await unknown.whenSaid('running\n');

      expectRefusal(await icount([unknown.pid]), 6, `${file}: `, said);
      await whenUndisturbed(unknown.pid);
    }
    expect.hasAssertions();
  });
});
