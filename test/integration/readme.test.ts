import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { startGuest } from '../fixtures/guest.ts';
import { icountCommand } from '../fixtures/icount.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** A command of the README and what it printed there. */
interface Session {
  readonly command: string;
  readonly printed: string;
}

/** The blocks that show a command and its output: ```console, then `$ command`, then the output. */
const sessions: readonly Session[] = [
  ...readme.matchAll(/^```console\n\$ (.*)\n([\s\S]*?)^```$/gm),
].map(([, command = '', printed = '']) => ({ command, printed }));

/** What does not depend on the machine and the moment: the words, without numbers and names. */
function wordsOf(output: string): ReadonlySet<string> {
  return new Set(
    output.match(/"?[a-z_]{3,}"?:|^ *[a-zA-Z_-]{4,}(?= {2})|(?<![-\w])[A-Za-z]{4,} [a-z]{4,}/gm),
  );
}

test('the README shows commands with their output', () => {
  expect(sessions.length).toBeGreaterThan(8);
});

test.each(sessions)('$command prints what the README says', async ({ command, printed }) => {
  await using guest = startGuest({
    qemu: 'qemu-system-riscv64',
    plugin: pluginFile('array-with-pc', 'full'),
    inline: false,
    guest: 'harts-busy',
    smp: 4,
  });
  await guest.whenRunning();
  using directory = temporaryDirectory();
  const shim = `#!/bin/sh\nexec ${icountCommand.map((word) => `'${word}'`).join(' ')} "$@"\n`;
  writeFileSync(join(directory.path, 'icount-gdb'), shim, { mode: 0o755 });

  const { status, stdout } = spawnSync('bash', ['-c', `{ ${command}\n} 2>&1`], {
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${directory.path}${delimiter}${process.env['PATH'] ?? ''}`,
      PID: String(guest.pid),
      LC_ALL: 'C.UTF-8',
    },
  });

  expect(status, stdout).toBe(0);
  const words = wordsOf(stdout);
  expect([...wordsOf(printed)].filter((word) => !words.has(word))).toEqual([]);
});
