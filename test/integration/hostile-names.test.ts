import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin, startFixed } from '../fixtures/fixed.ts';
import { icount } from '../fixtures/icount.ts';

/** What must never come out: controls (but LF and TAB), and what turns text around. */
const unsafe = /(?![\n\t])[\p{Cc}\p{Bidi_C}\p{Zl}\p{Zp}]/u;

const names = [
  'new\nline icount-gdb: all is well',
  '\u001b[31mred\u001b]0;title\u0007\u001b[2J',
  '\u009b31m c1 \u202e rtl \u2028 line',
  '"\n-interpreter-exec console "shell touch owned"\n',
  `'; touch owned; $(touch owned) \`touch owned\` #`,
  '%s%n%x {} $x \\n\\033[31m',
];

test.each(names)('a plugin in a directory named %j', async (name) => {
  using directory = temporaryDirectory();
  const behind = ['env', '-C', directory.path];
  await using guest = await startFixed(copyPlugin(join(directory.path, name, 'libinsn.so')));

  for (const args of [
    [guest.pid, '-i', '10ms', '-n', 2],
    [guest.pid, '-i', '10ms', '-n', 2, '-f', 'jsonl', '--verbose'],
    [guest.pid, '-i', '10ms', '-n', 2, '-f', 'csv'],
    ['inspect', guest.pid],
    ['list'],
  ]) {
    const { status, stdout, stderr } = await icount(args, { behind });

    expect(status, stderr).toBe(0);
    expect(stdout).not.toMatch(unsafe);
    expect(stderr).not.toMatch(unsafe);
    expect(stdout).not.toMatch(/^icount-gdb: all is well/m);
  }
  expect(existsSync(join(directory.path, 'owned'))).toBe(false);
});

test.each(names)('an error about a file named %j', async (name) => {
  using directory = temporaryDirectory();
  const file = copyPlugin(join(directory.path, name, 'libinsn.so'), 'array', 'fully-stripped');
  await using guest = await startFixed(file);
  const wrong = join(directory.path, 'wrong');
  writeFileSync(wrong, '\u001b[31m no ELF file');

  for (const args of [
    [guest.pid],
    [guest.pid, '--plugin-file', wrong],
    [guest.pid, '--plugin-file', `${file}\u001b[31m`],
    [guest.pid, '--gdb', `${file}\u001b[31m`],
    [guest.pid, '-o', `${directory.path}/none/\u001b[31m`],
    ['inspect', guest.pid],
  ]) {
    const { status, stdout, stderr } = await icount(args);

    expect([2, 6, 7], stderr).toContain(status);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(unsafe);
    expect(stderr.split('\n').length).toBeLessThanOrEqual(3);
  }
});
