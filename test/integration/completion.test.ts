import { execFile } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { formatNames } from '../../src/observers/rows/formats.js';
import { pluginFile } from '../fixtures/cache.ts';
import { directoryOfFile } from '../fixtures/directory.ts';
import { startFixed } from '../fixtures/fixed.ts';
import { icount } from '../fixtures/icount.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '../../dist/cli/main.js');
const directory = directoryOfFile();

beforeAll(async () => {
  await symlink(main, join(directory, 'icount-gdb'));
  const { stdout } = await icount(['completion', 'bash']);
  await writeFile(join(directory, 'completion.bash'), stdout);
});

/**
 * What bash offers at the end of a line, by the function that `complete` has been given. bash
 * itself parts the words: at blanks, and at `=`.
 */
async function complete(line: string): Promise<readonly string[]> {
  const words = line.split(/ +|(?==)|(?<==)/);
  const program = `
    compopt() { :; }  # works in a completion only
    source "$1"
    [[ $(complete -p icount-gdb) == "complete -F _icount_gdb icount-gdb" ]] || exit 1
    shift
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _icount_gdb icount-gdb "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"
    ((\${#COMPREPLY[@]} == 0)) || printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await run(
    'bash',
    ['--norc', '-uc', program, 'bash', join(directory, 'completion.bash'), ...words],
    { env: { ...process.env, PATH: `${directory}${delimiter}${process.env['PATH']}` } },
  );
  expect(stderr).toBe('');
  return stdout.split('\n').filter((word) => word !== '');
}

test.each([
  ['icount-gdb li', ['list']],
  ['icount-gdb d', ['doctor']],
  ['icount-gdb 1 --fo', ['--format']],
  ['icount-gdb 1 -f ', formatNames],
  ['icount-gdb 1 --format=', formatNames],
  ['icount-gdb 1 --format=js', ['jsonl']],
  ['icount-gdb 1 --mode in', ['inline']],
  ['icount-gdb 1 --interval ', []],
  ['icount-gdb list --format ', ['table', 'jsonl']],
  ['icount-gdb list --mo', []],
  ['icount-gdb exp', ['exporter']],
  ['icount-gdb exporter --li', ['--listen']],
  ['icount-gdb exporter --listen ', []],
  ['icount-gdb inspect --no', ['--no-attach']],
  ['icount-gdb completion ', ['bash', 'zsh', 'fish']],
  ['icount-gdb help in', ['inspect']],
  ['icount-gdb 1 --output /etc/passw', ['/etc/passwd']],
  ['icount-gdb 1 -- cat /etc/passw', ['/etc/passwd']],
  ['icount-gdb 1 -- cat --fo', []],
])('bash completes %j to %j', async (line, expected) => {
  expect((await complete(line)).filter((word) => word !== '/etc/passwd-')).toEqual(expected);
});

test('after -- bash offers commands', async () => {
  expect(await complete('icount-gdb 1 -- prin')).toContain('printf');
});

test('bash offers the pids of guests, wherever one is due', async () => {
  const plugin = pluginFile('array');
  await using guest = await startFixed(plugin);

  for (const line of ['icount-gdb ', 'icount-gdb inspect ', 'icount-gdb exporter ']) {
    expect(await complete(line)).toContain(String(guest.pid));
  }
  expect(await complete('icount-gdb list ')).toEqual([]);
});

test.each(['zsh', 'fish'])('there is a script for %s with every option', async (shell) => {
  const { status, stdout } = await icount(['completion', shell]);

  expect(status).toBe(0);
  for (const word of ['format', 'plugin-file', 'no-attach', 'jsonl', 'doctor']) {
    expect(stdout).toContain(word);
  }
});
