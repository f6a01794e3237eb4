import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const manual = join(import.meta.dirname, '../../dist/man/icount-gdb.1');

test('groff finds nothing wrong with the manual', async () => {
  const { stderr } = await run('groff', ['-man', '-ww', '-Tutf8', manual]);

  expect(stderr).toBe('');
});

test('man shows the manual', async () => {
  const { stdout, stderr } = await run('man', ['--warnings', '-l', manual], {
    env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8', MANPAGER: 'cat' },
  });

  expect(stderr).toBe('');
  expect(stdout).toContain('icount-gdb doctor [options] [pid]');
  expect(stdout).toMatch(/-f, --format format\n/);
});
