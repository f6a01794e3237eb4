import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { buildIdOf } from '../fixtures/build-id.ts';
import { guestFile, type Layout, pluginFile, type SymbolKind } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin, fixedTotal, totalOf } from '../fixtures/fixed.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { inspection } from '../fixtures/inspection.ts';
import { withMounts } from '../fixtures/mounts.ts';
import { qemuCommand } from '../fixtures/qemu-command.ts';
import { readRecords } from '../fixtures/records.ts';
import { whenUndisturbed } from '../fixtures/undisturbed.ts';
import { asUser, somebody } from '../fixtures/users.ts';

/** A guest in a mount namespace of its own, in which `plugin` is a copy of `inside`. */
async function startElsewhere(plugin: string, inside: string): Promise<Guest> {
  const directory = dirname(plugin);
  const guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin,
    inline: false,
    guest: 'fixed',
    behind: withMounts(`mount -t tmpfs -o mode=755 none ${directory}\ncp ${inside} ${plugin}`),
  });
  await guest.whenSettled();
  return guest;
}

test('in another mount namespace, a plugin that is not there outside is found', async () => {
  using directory = temporaryDirectory();
  const plugin = join(directory.path, 'libinsn.so');
  await using guest = await startElsewhere(plugin, pluginFile('array'));

  expect(await totalOf(guest)).toMatchObject({ plugin, layout: 'array', total: fixedTotal });
});

// The trap: gdb looks at names, and outside the same name is another build.
test.each<[Layout, SymbolKind, Layout, SymbolKind]>([
  ['array', 'full', 'array-with-pc', 'full'],
  ['array', 'stripped', 'array-with-pc', 'full'],
  ['scalar', 'full', 'array', 'stripped'],
])(
  'in another mount namespace, %s (%s) is read, not %s (%s) of the same name outside',
  async (layout, symbols, otherLayout, otherSymbols) => {
    using directory = temporaryDirectory();
    const plugin = join(directory.path, 'libinsn.so');
    copyPlugin(plugin, otherLayout, otherSymbols);
    const inside = pluginFile(layout, symbols);
    await using guest = await startElsewhere(plugin, inside);

    const facts = await inspection(guest.pid);

    expect(facts.get('build-id')).toBe(buildIdOf(inside));
    expect(facts.get('layout')).toBe(layout);
    expect(facts.get('total')).toBe('2,000,020');
  },
);

test('in another mount namespace, a stripped plugin gets no symbols from a file outside', async () => {
  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, 'libinsn.so'), 'array-with-pc');
  const inside = pluginFile('array', 'fully-stripped');
  await using guest = await startElsewhere(plugin, inside);

  const run = await icount([guest.pid]);

  expect(run).toMatchObject({ status: 6, stdout: '' });
  expect(run.stderr).toContain('stripped of its symbols');
  expect(run.stderr).toContain(buildIdOf(inside));
  await whenUndisturbed(guest.pid);
  const helped = await totalOf(guest, '--plugin-file', pluginFile('array'));
  expect(helped).toMatchObject({ layout: 'array', total: fixedTotal });
});

test('a file system that was mounted over the plugin does not put another build in its place', async () => {
  using directory = temporaryDirectory();
  const plugin = join(directory.path, 'libinsn.so');
  // Both are the first file of a tmpfs, and so have the same inode number.
  const mounted = `mount -t tmpfs none ${directory.path}\ncp`;
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin,
    inline: false,
    guest: 'fixed',
    behind: withMounts(
      `${mounted} ${pluginFile('array')} ${plugin}\n` +
        `(until grep -q ${plugin} /proc/$$/maps; do sleep 0.1; done\n` +
        `${mounted} ${pluginFile('array-with-pc')} ${plugin}; echo covered) &`,
    ),
  });
  await guest.whenSaid('covered\n');
  await guest.whenSettled();

  expect(await totalOf(guest)).toMatchObject({ layout: 'array', total: fixedTotal });
});

test.each([
  ['by root', []],
  ['by its own user', asUser(somebody)],
] as const)('in a chroot, the plugin is found %s', async (_, behind) => {
  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, 'plugins/libinsn.so'));
  const root = join(directory.path, 'root');
  copyQemu(root, plugin);
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin,
    inline: true,
    guest: 'fixed',
    qemuArgs: ['-D', '/dev/null'],
    behind: ['chroot', `--userspec=${somebody.uid}:${somebody.gid}`, root],
  });
  await guest.whenSettled();

  const run = await icount([guest.pid, '-f', 'jsonl', '-i', '10ms', '-n', 1], { behind });

  expect(run).toMatchObject({ status: 0 });
  expect(readRecords(run.stdout)).toMatchObject({
    start: { layout: 'array', plugin: join(root, plugin) },
    summary: { total: fixedTotal },
  });
});

/** Puts all that it takes to run `fixed` below `root`, where it is outside. */
function copyQemu(root: string, plugin: string): void {
  const { file, env } = qemuCommand(
    { qemu: 'qemu-riscv64', plugin, inline: true, guest: 'fixed' },
    { report: '', monitor: '' },
  );
  const programs = [which(file), which('env')];
  const libraries = [...programs, plugin].flatMap((program) =>
    [
      ...execFileSync('ldd', [program], {
        encoding: 'utf8',
        env: { ...process.env, ...env },
      }).matchAll(/(?:^|\s)(\/\S+) \(0x/g),
    ].flatMap(([, path]) => path ?? []),
  );
  for (const path of new Set([...programs, ...libraries, plugin, guestFile('fixed')])) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    copyFileSync(path, join(root, path));
  }
  mkdirSync(join(root, 'dev'));
  execFileSync('mknod', ['-m', '666', join(root, 'dev/null'), 'c', '1', '3']);
}

function which(program: string): string {
  return execFileSync('sh', ['-c', 'command -v "$0"', program], { encoding: 'utf8' }).trim();
}
