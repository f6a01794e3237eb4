import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readStartTicks } from '../../src/proc/process.js';
import { resumeIfLeftStopped } from '../../src/proc/resume.js';
import { type RunningProgram, startProgram } from '../fixtures/program.ts';
import { until } from '../fixtures/until.ts';

let program: RunningProgram;
let startTicks: bigint;

beforeEach(async () => {
  program = startProgram(['sleep', '600']);
  await until('its name', () => readFileSync(`/proc/${program.pid}/comm`, 'utf8') === 'sleep\n');
  await until('its sleep', () => state() === 'S');
  startTicks = readStartTicks(program.pid) ?? 0n;
});

afterEach(async () => {
  await program[Symbol.asyncDispose]();
});

test('a process that is left stopped is resumed', async () => {
  program.child.kill('SIGSTOP');
  await until('its stop', () => state() === 'T');

  expect(await resumeIfLeftStopped(program.pid, startTicks, program.pid)).toBe(true);
  expect(state()).not.toBe('T');
});

test('one that runs is not signalled', async () => {
  expect(await resumeIfLeftStopped(program.pid, startTicks, program.pid)).toBe(false);
});

test('another process that has got the pid is left as it is', async () => {
  program.child.kill('SIGSTOP');
  await until('its stop', () => state() === 'T');

  expect(await resumeIfLeftStopped(program.pid, startTicks + 1n, program.pid)).toBe(false);
  expect(state()).toBe('T');
});

test('a process that is gone is no failure', async () => {
  program.child.kill('SIGKILL');
  await until('its end', () => program.child.signalCode !== null);

  expect(await resumeIfLeftStopped(program.pid, startTicks, program.pid)).toBe(false);
});

function state(): string {
  return /^State:\t(.)/m.exec(readFileSync(`/proc/${program.pid}/status`, 'utf8'))?.[1] ?? '?';
}
