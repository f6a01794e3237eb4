import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../fixtures/directory.ts';
import type { Guest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { expectRefusal } from '../fixtures/refusal.ts';
import { startSpin } from '../fixtures/running.ts';
import { whenWorking } from '../fixtures/undisturbed.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startSpin();
  return () => guest[Symbol.asyncDispose]();
});

/** A program of the test's own, to be taken for gdb. */
function script(directory: string, text: string, mode = 0o755): string {
  const file = join(directory, 'gdb');
  writeFileSync(file, text, { mode });
  return file;
}

test('a gdb that is not there', async () => {
  const run = await icount([guest.pid, '--gdb', '/no/such/gdb']);

  expectRefusal(run, 7, '/no/such/gdb: not found', 'apt-get install gdb', '--gdb');
  await whenWorking(guest.pid);
});

test('a gdb that PATH does not lead to', async () => {
  const run = await icount([guest.pid], { env: { PATH: '/nowhere' } });

  expectRefusal(run, 7, 'gdb: not found');
});

test('ICOUNT_GDB names the gdb, and --gdb overrides it', async () => {
  const env = { ICOUNT_GDB: '/no/such/gdb' };

  expectRefusal(await icount([guest.pid], { env }), 7, '/no/such/gdb');
  const run = await icount([guest.pid, '--gdb', 'gdb', '-i', '10ms', '-n', 1], { env });
  expect(run.status, run.stderr).toBe(0);
});

test('a file that can not be executed', async () => {
  using directory = temporaryDirectory();
  const file = script(directory.path, 'not a program', 0o644);

  expectRefusal(await icount([guest.pid, '--gdb', file]), 7, `${file}: `, 'run');
  expectRefusal(await icount([guest.pid, '--gdb', directory.path]), 7, directory.path);
});

test.each<[string, string]>([
  ['ends at once', '/bin/true'],
  ['ends at once with an error', '/bin/false'],
  ['repeats what it is told', '/bin/cat'],
])('a program that is no gdb and %s: %s', async (_, program) => {
  expectRefusal(await icount([guest.pid, '--gdb', program]), 7, `${program}: `);
  await whenWorking(guest.pid);
});

test.each([
  ['prints junk and ends', '#!/bin/sh\necho junk; printf "\\377\\376^done,{{{\\n"; echo why >&2\n'],
  ['answers with an error', '#!/bin/sh\nwhile read -r l; do echo "1^error,msg=\\"no\\""; done\n'],
  [
    'does not know our script',
    '#!/bin/sh\nwhile read -r l; do echo "1^done,value=\\"0\\""; done\n',
  ],
])('a script that %s', async (_, text) => {
  using directory = temporaryDirectory();
  const file = script(directory.path, text);

  expectRefusal(await icount([guest.pid, '--gdb', file]), 7, `${file}: `);
  await whenWorking(guest.pid);
});

test('a gdb that dies of a signal whenever it is started', async () => {
  using directory = temporaryDirectory();
  const file = script(directory.path, '#!/bin/sh\nkill -SEGV $$\n');

  const run = await icount([guest.pid, '--quiet', '--gdb', file]);
  expectRefusal(run, 7, `${file}: failed 3 times in a row, last: gdb was ended by SIGSEGV`);
  await whenWorking(guest.pid);
});

test('a gdb that does not know our MI: in its own words', async () => {
  using directory = temporaryDirectory();
  const file = script(directory.path, '#!/bin/sh\nexec gdb "$@" --interpreter=mi99\n');

  expectRefusal(await icount([guest.pid, '--gdb', file]), 7, file, "`mi99' unrecognized");
});

test('a gdb whose Python does not start: in its own words, not in a warning that we provoke', async () => {
  using directory = temporaryDirectory();
  const file = script(directory.path, '#!/bin/sh\nexport PYTHONHOME=/nowhere\nexec gdb "$@"\n');

  const run = await icount([guest.pid, '--gdb', file]);

  expectRefusal(run, 7, file);
  expect(run.stderr).not.toContain('/nonexistent');
});

test('a gdb that lacks a library is not said to be missing', async () => {
  using directory = temporaryDirectory();
  writeFileSync(join(directory.path, 'libc.so.6'), 'no library');
  const text = `#!/bin/sh\nexport LD_LIBRARY_PATH=${directory.path}\nexec gdb "$@"\n`;

  const run = await icount([guest.pid, '--gdb', script(directory.path, text)]);

  expectRefusal(run, 7, 'error while loading shared libraries', 'libc.so.6');
});
