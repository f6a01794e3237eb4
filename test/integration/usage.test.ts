import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { startFixed } from '../fixtures/fixed.ts';
import type { Guest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { expectRefusal } from '../fixtures/refusal.ts';
import { tracerOf, whenUndisturbed } from '../fixtures/undisturbed.ts';
import { asUser, somebody } from '../fixtures/users.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startFixed();
  return async () => {
    await whenUndisturbed(guest.pid);
    await guest[Symbol.asyncDispose]();
  };
});

test.each(['abc', '0', '99999999999999999999', ''])('a pid of %j is refused', async (pid) => {
  expectRefusal(await icount([pid]), 2, JSON.stringify(pid), 'no process id');
});

// The table of durations is test/cli/duration.test.ts.
test.each(['0', '200us', 'abc', ''])(
  'an interval of %j is refused, and the guest is not touched',
  async (interval) => {
    const run = await icount([`--interval=${interval}`, guest.pid]);

    expectRefusal(run, 2, '--interval');
    expect(tracerOf(guest.pid)).toBe(0);
  },
);

test.each([
  ['--count', '0'],
  ['--count', 'many'],
  ['--duration', 'soon'],
])('%s %s is refused', async (option, value) => {
  expectRefusal(await icount([`${option}=${value}`, guest.pid]), 2, option);
});

test.each([
  [['--format', 'xml'], 'unknown format "xml"', 'jsonl'],
  [['--mode', 'both'], 'unknown mode "both"', 'percpu'],
  [['--no-such-option'], '--no-such-option', ''],
  [['--output'], '--output', ''],
  [['-1'], '-1', ''],
])('%j, which the command line does not know, is refused', async (args, what, remedy) => {
  expectRefusal(await icount([guest.pid, ...args]), 2, what, remedy);
});

test('no pid at all is refused with status 2', async () => {
  const run = await icount([]);

  expect(run).toMatchObject({ status: 2, stdout: '' });
  expect(run.stderr).toContain('pid');
});

test('--help and --version are answers, not errors', async () => {
  const help = await icount(['--help']);
  const version = await icount(['--version']);

  expect(help).toMatchObject({ status: 0, stderr: '' });
  for (const word of ['--interval', '--format', '--plugin-file', 'inspect']) {
    expect(help.stdout).toContain(word);
  }
  expect(version).toMatchObject({ status: 0, stderr: '' });
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('an output file that can not be written is refused before the guest is touched', () => {
  test('in a directory that is not there', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'missing', 'out.csv');

    expectRefusal(await icount([guest.pid, '-o', file]), 2, file, 'no such file or directory');
  });

  test('a directory', async () => {
    using directory = temporaryDirectory();

    expectRefusal(await icount([guest.pid, '-o', directory.path]), 2, directory.path, 'directory');
  });

  test('a place where the user may not write', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'mine', 'out.csv');
    mkdirSync(join(directory.path, 'mine'), { mode: 0o700 });

    const run = await icount([guest.pid, '-o', file], { behind: asUser(somebody) });

    expectRefusal(run, 2, file, 'permission denied');
  });

  test('--append without a file', async () => {
    expectRefusal(await icount([guest.pid, '--append']), 2, '--append', '--output');
  });
});
