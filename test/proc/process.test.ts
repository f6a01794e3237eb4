import { readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { NoSuchProcessError } from '../../src/errors.js';
import {
  isExiting,
  readArguments,
  readEnvironment,
  readFamily,
  readMaps,
  readProcess,
  readStartTicks,
  readText,
  statusField,
} from '../../src/proc/process.js';
import { stateOf } from '../fixtures/process-status.ts';
import { startProgram } from '../fixtures/program.ts';
import { until } from '../fixtures/until.ts';

const nobody = 2 ** 31 - 1;

test('the facts of this very process', async () => {
  const facts = await readProcess(process.pid);

  expect(facts).toMatchObject({
    pid: process.pid,
    uid: process.getuid?.(),
    executable: readlinkSync('/proc/self/exe'),
  });
  expect(facts.state).toMatch(/^[RS]$/);
  expect(facts.startTicks).toBe(readStartTicks(process.pid));
  expect(readFamily(process.pid)?.parent).toBe(process.ppid);
  expect((await readMaps(process.pid)).toString('latin1')).toContain('[stack]');
});

test('a process that is not there is an error, or nothing', async () => {
  await expect(readProcess(nobody)).rejects.toThrow(NoSuchProcessError);
  expect(readStartTicks(nobody)).toBeUndefined();
  expect(readFamily(nobody)).toBeUndefined();
  expect(await readArguments(nobody)).toEqual([]);
  expect(await readEnvironment(nobody, 'PATH')).toBeUndefined();
});

test('a name with parentheses, blanks and newlines does not move the other fields', async () => {
  // The name is what a program is started as, up to 15 bytes of it.
  await using program = startProgram(['sh', '-c', 'printf ") Z 1\\n(" > /proc/$$/comm; read x']);
  await until('its name', async () => (await readText(`/proc/${program.pid}/comm`)) !== 'sh\n');
  await until('its sleep', async () => (await readProcess(program.pid)).state === 'S');

  const { startTicks } = await readProcess(program.pid);

  expect(startTicks).toBeGreaterThanOrEqual(readStartTicks(process.pid) ?? 0n);
  expect(readFamily(program.pid)).toMatchObject({ parent: process.pid });
});

test('a process that has ended, or is gone, is exiting', async () => {
  // What `exec` leaves behind is nobody's to collect.
  await using program = startProgram(['sh', '-c', 'true & echo $!; exec sleep 600']);
  await until('its child', () => program.stdout.includes('\n'));
  const zombie = Number(program.stdout);
  await until('the end of that', () => stateOf(zombie) === 'Z');

  expect(isExiting(zombie)).toBe(true);
  expect(isExiting(nobody)).toBe(true);
  expect(isExiting(program.pid)).toBe(false);
});

test('arguments may be empty or hold newlines', async () => {
  const odd = ['sleep', '600', '', 'a\nb', 'ünïcödé'];
  await using program = startProgram(['sh', '-c', 'read x', ...odd]);
  await until('sh', async () => (await readArguments(program.pid))[0] === 'sh');

  expect(await readArguments(program.pid)).toEqual(['sh', '-c', 'read x', ...odd]);
});

test.each([
  ['Name:\tqemu\nUid:\t1\t2\n', 'Name', 'qemu'],
  ['Name:\tqemu\nUid:\t1\t2\n', 'Uid', '1\t2'],
  ['Name:\tqemu\nPid:\t7', 'Pid', '7'],
  ['Name:\tTracerPid:\\t9\nTracerPid:\t7\n', 'TracerPid', '7'],
  ['NSpid:\t1\nPid:\t7\n', 'Pid', '7'],
  ['Name:\tqemu\n', 'TracerPid', ''],
  ['', 'Name', ''],
])('in %j the field %s is %j', (status, name, value) => {
  expect(statusField(status, name)).toBe(value);
});
