import { expect, test } from 'vitest';
import { layouts, otherPluginFile, pluginFile } from '../fixtures/cache.ts';
import { startFixed } from '../fixtures/fixed.ts';
import { startHarts } from '../fixtures/harts.ts';
import { icount } from '../fixtures/icount.ts';
import { stateOf } from '../fixtures/process-status.ts';
import { startSpin } from '../fixtures/running.ts';
import { until } from '../fixtures/until.ts';
import { asUser, somebody } from '../fixtures/users.ts';

const unicode = { env: { LC_ALL: 'C.UTF-8' } };

test.each(layouts)('doctor finds nothing missing with layout %s', async (layout) => {
  await using guest = await startHarts(layout, { inline: true });

  const { status, stdout, stderr } = await icount(['doctor', guest.pid], unicode);

  expect(stderr).toBe('');
  expect(status).toBe(0);
  for (const name of ['process', 'plugin', 'gdb', 'sampler', 'counters', 'ptrace', 'reading']) {
    expect(stdout).toMatch(new RegExp(`^✓ ${name} `, 'm'));
  }
  expect(stdout).toContain(`layout ${layout} (`);
  expect(stdout).toContain('inline mode');
  expect(stdout).toMatch(/^· -d plugin +not needed/m);
});

test('doctor leaves the guest as it was, and its report whole', async () => {
  await using guest = await startFixed();

  const { stdout } = await icount(['doctor', guest.pid]);

  // Three more are for its end.
  expect(stdout).toContain(' 2,000,020 instructions so far');
  expect((await guest.end()).total).toBe(2_000_023n);
});

test('a symbol table is enough', async () => {
  await using guest = await startFixed(pluginFile('array', 'stripped'));

  const { status, stdout } = await icount(['doctor', guest.pid], unicode);

  expect(status).toBe(0);
  expect(stdout).toMatch(/^✓ counters .*by the symbol table/m);
});

test('without symbols, an unstripped copy is the remedy', async () => {
  await using guest = await startFixed(pluginFile('array', 'fully-stripped'));

  const { status, stdout } = await icount(['doctor', guest.pid], unicode);

  expect(status).toBe(6);
  expect(stdout).toMatch(/^✗ counters .*stripped.*\n +remedy: .*--plugin-file/m);
  expect(stdout).toMatch(/^✓ ptrace /m);
  expect(stdout).toMatch(/^\? reading /m);
});

test('a QEMU with another plugin lacks one that counts', async () => {
  await using guest = await startFixed(otherPluginFile(), false);

  const { status, stdout } = await icount(['doctor', guest.pid], unicode);

  expect(status).toBe(5);
  expect(stdout).toMatch(/^✗ plugin .*neither libinsn nor libbb\n +remedy: start QEMU with/m);
});

test('a stopped guest is not resumed', async () => {
  await using guest = await startSpin();
  guest.child.kill('SIGSTOP');
  await until('the guest to stop', () => stateOf(guest.pid) === 'T');

  const { status, stdout } = await icount(['doctor', guest.pid], unicode);

  expect(status).toBe(1);
  expect(stdout).toMatch(/^✗ ptrace .*stopped.*\n +remedy: .*kill -CONT/m);
  expect(stateOf(guest.pid)).toBe('T');
});

test.each([
  ['that is not there', '/nonexistent/gdb'],
  ['that is no gdb', '/bin/true'],
])('a gdb %s is missing, and the rest is checked as far as it goes', async (_, gdb) => {
  await using guest = await startFixed();

  const { status, stdout } = await icount(['doctor', guest.pid, '--gdb', gdb], unicode);

  expect(status).toBe(7);
  expect(stdout).toMatch(/^✓ plugin /m);
  expect(stdout).toMatch(/^✗ gdb .*\n +remedy: install gdb/m);
  expect(stdout).toMatch(/^\? reading /m);
});

test('a process that does not exist', async () => {
  const { status, stdout } = await icount(['doctor', 2 ** 30], unicode);

  expect(status).toBe(3);
  expect(stdout).toMatch(/^✗ process .*does not exist/m);
});

test('without a process id the host is checked, by attaching to a process of our own', async () => {
  const { status, stdout } = await icount(['doctor'], unicode);

  expect(status).toBe(0);
  expect(stdout).toMatch(/^✓ gdb .*version \d+/m);
  expect(stdout).toMatch(/^✓ ptrace /m);
  expect(stdout).toMatch(/^· guests /m);
});

test('ticks become words where the locale has none', async () => {
  const { stdout } = await icount(['doctor'], { env: { LC_ALL: 'C' } });

  expect(stdout).toMatch(/^ok {6}gdb /m);
});

test.skipIf(process.getuid?.() !== 0)('another user’s guest: the reason is told', async () => {
  await using guest = await startFixed();
  const behind = asUser(somebody);

  const { status, stdout } = await icount(['doctor', guest.pid], { ...unicode, behind });

  expect(status).toBe(4);
  const reason = `not permitted: it runs as user 0 and we as user ${somebody.uid}`;
  expect(stdout).toMatch(new RegExp(`^✗ plugin +${reason}`, 'm'));
});
