import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin } from '../fixtures/fixed.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { startSpin } from '../fixtures/running.ts';
import { asUser, somebody } from '../fixtures/users.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startSpin();
});

afterAll(async () => {
  await guest[Symbol.asyncDispose]();
});

const oneRow = ['-i', '10ms', '-n', 1, '-q'];

// What pyenv, conda, vendor SDKs and users' own profiles export.
test.each([
  ['a Python of somebody else', { PYTHONHOME: '/some/other/python' }],
  ['modules of somebody else', { PYTHONPATH: '/some/other/lib', PYTHONSTARTUP: '/nowhere' }],
  ['preloaded libraries', { LD_PRELOAD: 'libm.so.6', LD_BIND_NOW: '1' }],
  ['a C library in another mood', { GLIBC_TUNABLES: 'glibc.malloc.check=3', GCONV_PATH: '/x' }],
  ['another language', { LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de', LOCPATH: '/nowhere' }],
  ['no home', { HOME: '/nowhere' }],
  [
    'a terminal that nobody knows',
    { TERM: 'none', TERMINFO: '/nowhere', LINES: '1', COLUMNS: '1' },
  ],
  ['a debuginfod that does not answer', { DEBUGINFOD_URLS: 'http://127.0.0.1:1' }],
] as const)("%s in the environment is none of gdb's business", async (_, env) => {
  const run = await icount([guest.pid, ...oneRow], { env });

  expect(run).toMatchObject({ status: 0, stderr: '' });
});

test('code that waits in the home or the working directory for any Python is not run by gdb', async () => {
  using directory = temporaryDirectory();
  const witness = join(directory.path, 'witness');
  const code = `open(${JSON.stringify(witness)}, "w")\n`;
  const site = join(directory.path, '.local/lib/python3/site-packages');
  mkdirSync(site, { recursive: true });
  for (const file of ['usercustomize.py', 'sitecustomize.py', 'encodings.py', 'gdb.py']) {
    writeFileSync(join(directory.path, file), code);
    writeFileSync(join(site, file), code);
  }

  const run = await icount([guest.pid, ...oneRow], {
    env: { HOME: directory.path, PYTHONUSERBASE: join(directory.path, '.local'), PYTHONPATH: site },
    behind: ['env', '-C', directory.path],
  });

  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(() => execFileSync('ls', [witness], { stdio: 'pipe' })).toThrow();
});

test('a library path with which gdb does not start is taken away from it', async () => {
  using directory = temporaryDirectory();
  // Node needs none of it.
  writeFileSync(join(directory.path, 'libpython3.11.so.1.0'), 'no library');
  writeFileSync(join(directory.path, 'libreadline.so.8'), 'no library');

  const run = await icount([guest.pid, ...oneRow], { env: { LD_LIBRARY_PATH: directory.path } });

  expect(run).toMatchObject({ status: 0, stderr: '' });
});

test('a node with a capability of its own, which lets nobody look at it', async () => {
  using directory = temporaryDirectory();
  chmodSync(directory.path, 0o755);
  const node = join(directory.path, 'node');
  copyFileSync(process.execPath, node);
  execFileSync('setcap', ['cap_net_bind_service=+ep', node]);
  const plugin = copyPlugin(join(directory.path, 'libinsn.so'));
  await using theirs = startGuest({
    qemu: 'qemu-riscv64',
    plugin,
    inline: true,
    guest: 'spin',
    ...somebody,
  });
  await theirs.whenSaid('running\n');
  const asTheirs = { behind: asUser(somebody), node };

  const run = await icount([theirs.pid, ...oneRow], asTheirs);
  const doctor = await icount(['doctor', theirs.pid], asTheirs);

  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(doctor).toMatchObject({ status: 0 });
});
