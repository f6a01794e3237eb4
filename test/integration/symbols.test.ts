import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildIdOf } from '../fixtures/build-id.ts';
import { pluginFile, separateDebugFile } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin, fixedTotal, startFixed, totalOf } from '../fixtures/fixed.ts';
import { startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { inspection } from '../fixtures/inspection.ts';
import { withMounts } from '../fixtures/mounts.ts';
import { readRecords } from '../fixtures/records.ts';
import { whenUndisturbed } from '../fixtures/undisturbed.ts';

test('a plugin without symbols is an error that tells the build-id and the way out', async () => {
  const plugin = pluginFile('array', 'fully-stripped');
  await using guest = await startFixed(plugin);

  const run = await icount([guest.pid]);

  expect(run).toMatchObject({ status: 6, stdout: '' });
  expect(run.stderr).toContain(`${plugin}: it has been stripped of its symbols`);
  expect(run.stderr).toContain('--plugin-file');
  expect(run.stderr).toContain(buildIdOf(plugin));
  await whenUndisturbed(guest.pid);
});

test('a plugin without symbols is read by --plugin-file and an unstripped copy', async () => {
  await using guest = await startFixed(pluginFile('array', 'fully-stripped'));

  for (const symbols of ['full', 'stripped'] as const) {
    const found = await totalOf(guest, '--plugin-file', pluginFile('array', symbols));
    expect(found).toMatchObject({ layout: 'array', mode: 'inline', total: fixedTotal });
  }
});

test('a plugin without symbols is read so under any name', async () => {
  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, 'counter.so'), 'array', 'fully-stripped');
  await using guest = await startFixed(plugin);

  const found = await totalOf(guest, '--plugin-file', pluginFile('array'));

  expect(found).toMatchObject({ plugin, total: fixedTotal });
});

test('a plugin without symbols is not read by a copy of another build', async () => {
  await using guest = await startFixed(pluginFile('array', 'fully-stripped'));
  const other = pluginFile('array-with-pc');

  const run = await icount([guest.pid, '--plugin-file', other]);

  expect(run).toMatchObject({ status: 6, stdout: '' });
  expect(run.stderr).toContain(`${other}: it is of another build`);
  expect(run.stderr).toContain(buildIdOf(other));
  await whenUndisturbed(guest.pid);
});

test('a plugin may have its symbols in a separate file beside it (.gnu_debuglink)', async () => {
  await using guest = await startFixed(pluginFile('array-with-pc', 'separate'), false);

  expect(await totalOf(guest)).toMatchObject({ layout: 'array-with-pc', total: fixedTotal });
  expect((await inspection(guest.pid)).get('counts')).toContain('(debug information)');
});

test('a plugin may have its symbols in /usr/lib/debug/.build-id', async () => {
  using directory = temporaryDirectory();
  const plugin = pluginFile('array', 'fully-stripped');
  copyDebugFile(directory.path, buildIdOf(plugin));
  await using guest = await startFixed(plugin);

  const run = await icount([guest.pid, '-f', 'jsonl', '-i', '10ms', '-n', 1], {
    behind: withMounts(`mount --bind ${directory.path} /usr/lib/debug`),
  });

  expect(readRecords(run.stdout).summary.total).toBe(fixedTotal);
});

test("a plugin may have its symbols in the guest's own /usr/lib/debug", async () => {
  using directory = temporaryDirectory();
  const plugin = pluginFile('array', 'fully-stripped');
  copyDebugFile(directory.path, buildIdOf(plugin));
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin,
    inline: false,
    guest: 'fixed',
    behind: withMounts(`mount --bind ${directory.path} /usr/lib/debug`),
  });
  await guest.whenSettled();

  expect(await totalOf(guest)).toMatchObject({ layout: 'array', total: fixedTotal });
});

/** As distributions lay out the debug files of their packages (GDB manual, "Separate Debug Files"). */
function copyDebugFile(directory: string, buildId: string): void {
  const place = join(directory, '.build-id', buildId.slice(0, 2));
  mkdirSync(place, { recursive: true });
  copyFileSync(separateDebugFile('array'), join(place, `${buildId.slice(2)}.debug`));
}
