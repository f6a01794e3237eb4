import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin, fixedTotal } from '../fixtures/fixed.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { readRecords } from '../fixtures/records.ts';
import { startSpin } from '../fixtures/running.ts';
import { whenUndisturbed, whenWorking } from '../fixtures/undisturbed.ts';
import { asRootWithoutPtrace, asUser, somebody, somebodyElse } from '../fixtures/users.ts';

const once = ['-f', 'jsonl', '-i', '10ms', '-n', 1] as const;

/** A guest that belongs to a user without privileges. */
async function startTheirs(plugin: string, guest: 'fixed' | 'spin'): Promise<Guest> {
  const theirs = startGuest({
    qemu: 'qemu-riscv64',
    plugin,
    inline: true,
    guest,
    // What belongs to root otherwise: the report.
    qemuArgs: ['-D', '/dev/null'],
    behind: asUser(somebody),
  });
  await (guest === 'fixed' ? theirs.whenSettled() : theirs.whenSaid('running\n'));
  return theirs;
}

test('a user without privileges watches a guest of their own', async () => {
  await using guest = await startTheirs(pluginFile('array'), 'fixed');

  const run = await icount([guest.pid, ...once], { behind: asUser(somebody) });

  expect(run.status, run.stderr).toBe(0);
  expect(readRecords(run.stdout).summary.total).toBe(fixedTotal);
});

test('without privileges a deleted plugin is an error, and --plugin-file helps', async () => {
  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, 'libinsn.so'));
  await using guest = await startTheirs(plugin, 'fixed');
  rmSync(plugin);
  const run = (...options: readonly string[]) =>
    icount([guest.pid, ...once, ...options], { behind: asUser(somebody) });

  const refused = await run();
  const helped = await run('--plugin-file', pluginFile('array'));
  const misled = await run('--plugin-file', pluginFile('array-with-pc'));

  expect(refused).toMatchObject({ status: 6, stdout: '' });
  expect(refused.stderr).toContain(`${plugin}: it was deleted or replaced`);
  expect(refused.stderr).toContain('--plugin-file');
  expect(helped.status, helped.stderr).toBe(0);
  expect(readRecords(helped.stdout).summary.total).toBe(fixedTotal);
  expect(misled).toMatchObject({ status: 6, stdout: '' });
  expect(misled.stderr).toContain(`${pluginFile('array-with-pc')}: it is of another build`);
  await whenUndisturbed(guest.pid);
});

test('without privileges a replaced plugin is never read by the new build', async () => {
  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, 'libinsn.so'));
  await using guest = await startTheirs(plugin, 'fixed');
  renameSync(copyPlugin(join(directory.path, 'new'), 'array-with-pc'), plugin);

  const run = await icount([guest.pid, ...once], { behind: asUser(somebody) });

  expect(run).toMatchObject({ status: 6, stdout: '' });
  expect(run.stderr).toContain(`${plugin}: it is of another build`);
  await whenUndisturbed(guest.pid);
});

test('without privileges a plugin that was replaced by the same build is read', async () => {
  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, 'libinsn.so'));
  await using guest = await startTheirs(plugin, 'fixed');
  renameSync(copyPlugin(join(directory.path, 'new')), plugin);

  const run = await icount([guest.pid, ...once], { behind: asUser(somebody) });

  expect(run.status, run.stderr).toBe(0);
  expect(readRecords(run.stdout).summary.total).toBe(fixedTotal);
});

test.each([
  {
    who: 'one user and the guest of another',
    behind: asUser(somebodyElse),
    why: `it runs as user ${somebody.uid} and we as user ${somebodyElse.uid}`,
  },
  {
    who: 'root without CAP_SYS_PTRACE and the guest of a user',
    behind: asRootWithoutPtrace,
    why: 'we are root, but without the capability CAP_SYS_PTRACE',
  },
])('not permitted: $who', async ({ behind, why }) => {
  await using guest = await startTheirs(pluginFile('array'), 'spin');

  for (const command of [[guest.pid], ['inspect', guest.pid]]) {
    const run = await icount(command, { behind });

    expect(run).toMatchObject({ status: 4, stdout: '' });
    expect(run.stderr).toMatch(
      new RegExp(`^icount-gdb: not permitted to attach to process ${guest.pid}: .*\n  \\S.*\n$`),
    );
    expect(run.stderr).toContain(why);
  }
  await whenWorking(guest.pid);
});

test.each([
  {
    who: 'a user and the guest of root',
    behind: asUser(somebody),
    why: `it runs as user 0 and we as user ${somebody.uid}`,
  },
  {
    who: 'root without CAP_SYS_PTRACE and the guest of a root with it',
    behind: asRootWithoutPtrace,
    why: 'we are root, but without the capability CAP_SYS_PTRACE',
  },
])('not permitted: $who', async ({ behind, why }) => {
  await using guest = await startSpin();

  const run = await icount([guest.pid], { behind });

  expect(run).toMatchObject({ status: 4, stdout: '' });
  expect(run.stderr).toContain(why);
  await whenWorking(guest.pid);
});
