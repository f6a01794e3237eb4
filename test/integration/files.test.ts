import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildIdOf } from '../fixtures/build-id.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin, fixedTotal, startFixed, totalOf } from '../fixtures/fixed.ts';
import { startGuest } from '../fixtures/guest.ts';
import { inspection } from '../fixtures/inspection.ts';

test.each([
  'sp ace, comma;semi=colon#hash',
  `qu"ote apos'trophe`,
  'back\\slash \\n \\101 ends in\\',
  'new\nline\ttab\rreturn\x1bescape',
  'ünïcödé 😀 \u202ertl',
  '$(exit) `exit` | exit & "; shell exit',
  'four characters \\012',
  'libinsn.so (deleted)',
])('a plugin in a directory named %j is found', async (name) => {
  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, name, 'libinsn.so'));
  await using guest = await startFixed(plugin);

  const found = await totalOf(guest);

  expect(found).toMatchObject({ layout: 'array', mode: 'inline', total: fixedTotal });
});

test('a plugin whose path is no UTF-8 is found', async () => {
  using directory = temporaryDirectory();
  // Node's arguments are UTF-8, so a shell makes the name: `$0` has another in its place.
  const placeholder = copyPlugin(join(directory.path, 'libinsn.so'));
  const rename =
    'name=$(printf "lib\\\\377insn\\\\303.so"); dir=$1; shift; mv "$dir/libinsn.so" "$dir/$name"; ' +
    'for a; do shift; case $a in "$dir"*) a="$dir/$name,inline=on";; esac; set -- "$@" "$a"; done; ' +
    'exec "$@"';
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: placeholder,
    inline: true,
    guest: 'fixed',
    behind: ['sh', '-c', rename, 'sh', directory.path],
  });
  await guest.whenSettled();

  const found = await totalOf(guest);

  expect(found).toMatchObject({ mode: 'inline', total: fixedTotal });
  expect(found.plugin).toBe(join(directory.path, 'lib\ufffdinsn\ufffd.so'));
});

describe('the name of the plugin does not matter', () => {
  test.each([
    'counter.so',
    'libinsn.so.1.2',
    'plugin',
    'ünïcödé.so',
    'libinsn.so (deleted)',
    'four characters \\012.so',
  ])('%s', async (name) => {
    using directory = temporaryDirectory();
    await using guest = await startFixed(copyPlugin(join(directory.path, name)));

    expect(await totalOf(guest)).toMatchObject({ total: fixedTotal });
  });

  test('a symbolic link to a file of another name', async () => {
    using directory = temporaryDirectory();
    const link = join(directory.path, 'link.so');
    symlinkSync(copyPlugin(join(directory.path, 'real-name.so')), link);
    await using guest = await startFixed(link);

    expect(await totalOf(guest)).toMatchObject({ total: fixedTotal });
  });

  test('a hard link whose other name is gone', async () => {
    using directory = temporaryDirectory();
    const [first, second] = [join(directory.path, 'a.so'), join(directory.path, 'b.so')];
    linkSync(copyPlugin(first), second);
    await using guest = await startFixed(first);
    rmSync(first);

    expect(await totalOf(guest)).toMatchObject({ total: fixedTotal });
  });

  test('a path that is relative to the directory in which QEMU was started', async () => {
    using directory = temporaryDirectory();
    const plugin = copyPlugin(join(directory.path, 'counter.so'));
    await using guest = startGuest({
      qemu: 'qemu-riscv64',
      plugin: './counter.so',
      inline: true,
      guest: 'fixed',
      cwd: directory.path,
      behind: [],
    });
    await guest.whenSettled();

    expect(await totalOf(guest)).toMatchObject({ plugin, total: fixedTotal });
  });
});

describe('a file that has changed since QEMU loaded it', () => {
  test('deleted: the mapped one is read all the same', async () => {
    using directory = temporaryDirectory();
    const plugin = copyPlugin(join(directory.path, 'libinsn.so'));
    await using guest = await startFixed(plugin, false);
    rmSync(plugin);

    expect(await totalOf(guest)).toMatchObject({ layout: 'array', total: fixedTotal });
  });

  test.each(['full', 'stripped'] as const)(
    'replaced by another build: the mapped one is read, %s',
    async (symbols) => {
      using directory = temporaryDirectory();
      const plugin = copyPlugin(join(directory.path, 'libinsn.so'), 'array', symbols);
      const buildId = buildIdOf(plugin);
      await using guest = await startFixed(plugin, false);
      renameSync(copyPlugin(join(directory.path, 'new'), 'array-with-pc'), plugin);

      expect(await totalOf(guest)).toMatchObject({ layout: 'array', total: fixedTotal });
      expect((await inspection(guest.pid)).get('build-id')).toBe(buildId);
    },
  );

  test('deleted, and another build lies where the link of its descriptor seems to point', async () => {
    using directory = temporaryDirectory();
    const plugin = copyPlugin(join(directory.path, 'libinsn.so'));
    await using guest = await startFixed(plugin, false);
    rmSync(plugin);
    copyPlugin(`${plugin} (deleted)`, 'array-with-pc');

    expect(await totalOf(guest)).toMatchObject({ layout: 'array', total: fixedTotal });
  });

  test('replaced by a directory', async () => {
    using directory = temporaryDirectory();
    const plugin = copyPlugin(join(directory.path, 'libinsn.so'));
    await using guest = await startFixed(plugin);
    rmSync(plugin);
    mkdirSync(plugin);

    expect(await totalOf(guest)).toMatchObject({ total: fixedTotal });
  });
});
