import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Layout, pluginFile } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { fixedTotal } from '../fixtures/fixed.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { withMounts } from '../fixtures/mounts.ts';
import { readRecords } from '../fixtures/records.ts';
import { expectRefusal } from '../fixtures/refusal.ts';
import { asUser, somebody } from '../fixtures/users.ts';

/** A libinsn as `-Wl,--build-id=none` makes it. */
function withoutBuildId(file: string, layout: Layout, ...more: readonly string[]): string {
  const remove = ['--remove-section', '.note.gnu.build-id', ...more];
  execFileSync('objcopy', [...remove, pluginFile(layout), file]);
  return file;
}

/**
 * A guest whose plugin lies on an overlay: stat(2) has another device there than /proc/PID/maps, and
 * whoever is not root can't prove the file by its mapping.
 */
async function startOnOverlay(directory: string, symbols: 'all' | 'none'): Promise<Guest> {
  const [lower, upper, merged] = ['lower', 'upper', 'merged'].map((name) => join(directory, name));
  for (const path of [lower, upper, merged]) mkdirSync(path ?? '', { recursive: true });
  chmodSync(directory, 0o755);
  withoutBuildId(`${lower}/libinsn.so`, 'array', ...(symbols === 'all' ? [] : ['--strip-all']));
  const guest = startGuest({
    ...somebody,
    uid: 0,
    gid: 0,
    qemu: 'qemu-riscv64',
    plugin: `${merged}/libinsn.so`,
    inline: true,
    guest: 'fixed',
    qemuArgs: ['-D', '/dev/null'],
    behind: [
      ...withMounts(
        `mount -t tmpfs none ${upper}; mkdir ${upper}/changes ${upper}/work
        mount -t overlay overlay -o lowerdir=${lower},upperdir=${upper}/changes,workdir=${upper}/work ${merged}`,
      ),
      ...asUser(somebody),
    ],
  });
  await guest.whenSettled();
  return guest;
}

const asTheirs = { behind: asUser(somebody) };
const rows = ['-f', 'jsonl', '-i', '10ms', '-n', 1];

test('a file without a build-id that can not be told by its inode is proved by its code', async () => {
  using directory = temporaryDirectory();
  await using guest = await startOnOverlay(directory.path, 'all');

  const run = await icount([guest.pid, ...rows], asTheirs);

  expect(run.status, run.stderr).toBe(0);
  expect(readRecords(run.stdout).summary.total).toBe(fixedTotal);
});

test('so is the copy that --plugin-file names, and one of another build is refused', async () => {
  using directory = temporaryDirectory();
  await using guest = await startOnOverlay(directory.path, 'none');
  const copy = withoutBuildId(join(directory.path, 'copy.so'), 'array');
  const other = withoutBuildId(join(directory.path, 'other.so'), 'array-with-pc');
  const debug = withoutBuildId(join(directory.path, 'debug.so'), 'array', '--only-keep-debug');

  const run = await icount([guest.pid, ...rows, '--plugin-file', copy], asTheirs);
  expect(run.status, run.stderr).toBe(0);
  expect(readRecords(run.stdout).summary.total).toBe(fixedTotal);

  const wrong = await icount([guest.pid, ...rows, '--plugin-file', other, '-q'], asTheirs);
  expectRefusal(wrong, 6, other, 'its code is not that of the libinsn', '--plugin-file');

  const empty = await icount([guest.pid, ...rows, '--plugin-file', debug, '-q'], asTheirs);
  expectRefusal(empty, 6, debug);
});
