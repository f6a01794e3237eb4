import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin } from '../fixtures/fixed.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { withMounts } from '../fixtures/mounts.ts';
import { expectRefusal } from '../fixtures/refusal.ts';
import { startSpin } from '../fixtures/running.ts';
import { asUser, somebody } from '../fixtures/users.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startSpin();
});

afterAll(async () => {
  await guest[Symbol.asyncDispose]();
});

/** Every command that looks at processes. */
const commands = (): readonly (readonly (string | number)[])[] => [
  [guest.pid],
  [guest.pid, '--', 'true'],
  ['--all'],
  ['list'],
  ['inspect', guest.pid],
  [],
];

test('in a pid namespace of our own, a /proc from outside is refused at once', async () => {
  const behind = ['unshare', '--pid', '--fork', '--kill-child', '--'];

  for (const command of commands()) {
    const run = await icount(command, { behind });
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toContain('belongs to another pid namespace');
    expect(run.stderr).toContain('--mount-proc');
  }
  const doctor = await icount(['doctor', guest.pid], { behind });
  expect(doctor.status).toBe(1);
  expect(doctor.stdout).toMatch(/✗ \/proc +the \/proc that is mounted here|MISSING \/proc/);
  expect(doctor.stdout).not.toContain('ptrace');
});

test.each([
  ['no /proc', 'umount -l /proc'],
  ['an empty /proc', 'mount -t tmpfs none /proc'],
])('with %s it is said how to have one', async (_, script) => {
  const behind = withMounts(script);

  for (const command of commands()) {
    const run = await icount(command, { behind });
    expect(run).toMatchObject({ status: 1, stdout: '' });
    expect(run.stderr).toContain('icount-gdb: no /proc is mounted here');
    expect(run.stderr).toContain('mount -t proc proc /proc');
  }
  expect((await icount(['--version'], { behind })).status).toBe(0);
});

test('where /proc hides the processes of others, one of them is not said to be missing', async () => {
  const behind = [...withMounts('mount -t proc -o hidepid=2 proc /proc'), ...asUser(somebody)];
  using directory = temporaryDirectory();
  const plugin = copyPlugin(`${directory.path}/libinsn.so`);
  await using own = startGuest({
    ...somebody,
    qemu: 'qemu-riscv64',
    plugin,
    inline: true,
    guest: 'spin',
  });
  await own.whenSaid('running\n');

  expectRefusal(
    await icount([guest.pid], { behind }),
    4,
    'hidepid',
    `sudo icount-gdb ${guest.pid}`,
  );
  expectRefusal(await icount([4_000_000], { behind }), 3, 'does not exist');
  expect(await icount([own.pid, '-i', '10ms', '-n', 1, '-q'], { behind })).toMatchObject({
    status: 0,
    stderr: '',
  });
  const list = await icount(['list'], { behind });
  expect(list.stdout).toContain(String(own.pid));
  expect(list.stderr).toContain('processes of other users are hidden from us');
});
