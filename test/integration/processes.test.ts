import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { guestFile, otherPluginFile, pluginFile } from '../fixtures/cache.ts';
import { startGuest } from '../fixtures/guest.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { stateOf } from '../fixtures/process-status.ts';
import { startProgram } from '../fixtures/program.ts';
import { qemuCommand } from '../fixtures/qemu-command.ts';
import { expectRefusal } from '../fixtures/refusal.ts';
import { startSpin } from '../fixtures/running.ts';
import { tracerOf, whenUndisturbed, whenWorking } from '../fixtures/undisturbed.ts';
import { until } from '../fixtures/until.ts';

/** Either command refuses it alike. */
async function expectBothRefuse(pid: number, status: number, ...facts: readonly string[]) {
  expectRefusal(await icount([pid]), status, `process ${pid} `, ...facts);
  expectRefusal(await icount(['inspect', pid]), status, `process ${pid} `, ...facts);
}

test('a process that does not exist', async () => {
  const most = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8'));

  await expectBothRefuse(most + 1, 3, 'does not exist');
  await expectBothRefuse(2 ** 31 - 1, 3, 'does not exist');
});

test('a process that has just ended', async () => {
  const program = startProgram(['true']);
  await until('its end', () => program.child.exitCode !== null);

  await expectBothRefuse(program.pid, 3, 'does not exist');
});

test('a zombie', async () => {
  // A shell would collect its child; the sleep that it becomes does not.
  const script =
    '(until grep -qx sleep /proc/$$/comm; do sleep 0.01; done) & echo $!; exec sleep 600';
  await using parent = startProgram(['sh', '-c', script]);
  const pid = Number(await until('the pid', () => /^\d+\n/.exec(parent.stdout)?.[0]));
  await until('the zombie', () => stateOf(pid) === 'Z');

  await expectBothRefuse(pid, 3, 'zombie');
});

test('a guest that another debugger has: it is named, and keeps the guest', async () => {
  await using guest = await startSpin();
  // Commands from stdin, which stays open: it goes on tracing, and the guest on working.
  const gdb = ['gdb', '-nx', '-q', '-p', `${guest.pid}`, '-ex', 'continue'];
  await using other = startProgram(gdb);
  await until('the other debugger', () => tracerOf(guest.pid) === other.pid);
  await until('the guest to go on', () => other.stdout.includes('Continuing'));

  const run = await icount([guest.pid]);

  expectRefusal(
    run,
    4,
    `process ${guest.pid} is already traced by process ${other.pid}`,
    'gdb -nx',
  );
  expect(tracerOf(guest.pid)).toBe(other.pid);
  other.child.kill('SIGKILL');
  await whenWorking(guest.pid);
});

test('a guest that another icount-gdb watches: that one is named, and goes on', async () => {
  await using guest = await startSpin();
  await using watcher = startIcount([guest.pid, '-i', '50ms']);
  await until('its first row', () => watcher.stdout.includes('\n'));

  const tracer = tracerOf(guest.pid);

  const run = await icount([guest.pid]);

  expectRefusal(
    run,
    4,
    `process ${guest.pid} is already watched by another icount-gdb, process ${watcher.child.pid}`,
  );
  expect(tracerOf(guest.pid)).toBe(tracer);
});

test('a guest that is stopped: it stays so', async () => {
  await using guest = await startSpin();
  guest.child.kill('SIGSTOP');
  await until('the stop', () => stateOf(guest.pid) === 'T');

  await expectBothRefuse(guest.pid, 1, 'is stopped', `kill -CONT ${guest.pid}`);

  expect(stateOf(guest.pid)).toBe('T');
  guest.child.kill('SIGCONT');
  await whenWorking(guest.pid);
});

test('a process that is no QEMU', async () => {
  await using sleep = startProgram(['sleep', '600']);
  await until('its name', () => readFileSync(`/proc/${sleep.pid}/comm`, 'utf8') === 'sleep\n');

  await expectBothRefuse(sleep.pid, 5, 'is no QEMU', '/sleep');
  await whenUndisturbed(sleep.pid);
});

test('our own process', async () => {
  await expectBothRefuse(process.pid, 5, 'is no QEMU');
});

test('a QEMU without a plugin: the option that it lacks is shown', async () => {
  const { file } = qemuCommand(
    { qemu: 'qemu-riscv64', guest: 'spin', plugin: '', inline: true },
    { report: '', monitor: '' },
  );
  await using qemu = startProgram([file, guestFile('spin')]);
  await until('the guest', () => qemu.stdout.includes('running'));

  await expectBothRefuse(
    qemu.pid,
    5,
    'without a counting plugin (libinsn or libbb)',
    '-plugin /path/to/libbb.so,inline=on',
  );
  await whenWorking(qemu.pid);
});

test('a QEMU with a plugin that counts nothing', async () => {
  const plugin = otherPluginFile();
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin,
    inline: false,
    guest: 'spin',
  });
  await guest.whenSaid('running\n');

  await expectBothRefuse(guest.pid, 5, `(${plugin})`, 'neither libinsn nor libbb', '-plugin');
  await whenWorking(guest.pid);
});

test('a parent of the QEMU: the child is named', async () => {
  const { file, args } = qemuCommand(
    { qemu: 'qemu-riscv64', guest: 'spin', plugin: pluginFile('array'), inline: true },
    { report: '/dev/null', monitor: '' },
  );
  // With setpriv the child goes with its parent.
  const command = ['setpriv', '--pdeathsig', 'KILL', file, ...args];
  await using parent = startProgram(['sh', '-c', '"$@" & echo "child $!"; wait', 'sh', ...command]);
  await until('the guest', () => parent.stdout.includes('running'));
  const child = Number(/child (\d+)/.exec(parent.stdout)?.[1]);

  await expectBothRefuse(parent.pid, 5, `child process ${child}`, `icount-gdb ${child}`);
  await whenWorking(child);
});
