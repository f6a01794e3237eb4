import { beforeAll, expect, test } from 'vitest';
import type { Guest } from '../fixtures/guest.ts';
import { startBusyHarts } from '../fixtures/harts.ts';
import { icount } from '../fixtures/icount.ts';
import { startIcountInTerminal } from '../fixtures/terminal.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startBusyHarts(2);
  return () => guest[Symbol.asyncDispose]();
});

const plain = { env: { LC_ALL: 'C' } };
/** Control characters are ASCII, too. */
const ascii = /^\p{ASCII}*$/u;

test('without UTF-8 the figures of several runs are in ASCII', async () => {
  const args = [guest.pid, '--repeat', 2, '--', 'true'];

  const run = await icount(args, plain);

  expect(run.stderr).toMatch(ascii);
  expect(run.stderr).toContain('mean +/- standard deviation of 2 runs');
  expect((await icount(args, { env: { LC_ALL: 'C.UTF-8' } })).stderr).toContain(' ± ');
});

test('without UTF-8 the live view is drawn in ASCII', async () => {
  await using live = startIcountInTerminal([guest.pid, '--live', '-i', '50ms', '-n', 5], plain);

  expect(await live.status()).toBe(0);
  expect(live.text).toContain('####');
  expect(live.text).toMatch(ascii);
});

test('without UTF-8 what is missing and its remedy are told in ASCII', async () => {
  for (const args of [['doctor', guest.pid], [guest.pid, '--gdb', '/no/such/gdb'], ['list']]) {
    const { stdout, stderr } = await icount(args, {
      ...plain,
      behind: ['setpriv', '--bounding-set=-sys_ptrace', '--inh-caps=-sys_ptrace', '--'],
    });
    expect(stdout + stderr).toMatch(ascii);
  }
});
