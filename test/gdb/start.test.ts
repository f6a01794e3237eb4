import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GdbUnusableError } from '../../src/errors.js';
import { startGdb } from '../../src/gdb/start.js';

/** Runs `action` with every file descriptor of this process in use, up to a limit not far away. */
async function withoutFiles(action: () => Promise<void>): Promise<void> {
  const prlimit = (...args: readonly string[]) =>
    execFileSync('prlimit', [`--pid=${process.pid}`, ...args], { encoding: 'utf8' });
  const setLimit = (limit: string) => prlimit(`--nofile=${limit}:`);
  const before = prlimit('--nofile', '--output=SOFT', '--noheadings', '--raw').trim();
  const files: number[] = [];
  setLimit(String(Math.max(...readdirSync('/proc/self/fd').map(Number)) + 32));
  try {
    expect(() => {
      for (;;) files.push(openSync('/dev/null', 'r'));
    }).toThrow('EMFILE');
    await action();
  } finally {
    for (const file of files) closeSync(file);
    setLimit(before);
  }
}

test('a gdb for which there are no pipes is one that can not be started', async () => {
  let failure: unknown;
  await withoutFiles(async () => {
    failure = await startGdb('gdb', {}).catch((error) => error);
  });

  expect(failure).toBeInstanceOf(GdbUnusableError);
  expect(failure).toHaveProperty('message', "gdb: can't be started (EMFILE)");
});
