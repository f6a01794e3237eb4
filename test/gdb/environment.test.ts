import { expect, test } from 'vitest';
import { gdbEnvironment } from '../../src/gdb/environment.js';

test('what it takes to find and start a program is passed on to gdb', () => {
  const own = { PATH: '/bin', HOME: '/root', TMPDIR: '/tmp', USER: 'root', LOGNAME: undefined };

  expect(gdbEnvironment(own, 'as-ours')).toMatchObject({
    PATH: '/bin',
    HOME: '/root',
    TMPDIR: '/tmp',
    USER: 'root',
  });
  expect(gdbEnvironment(own, 'as-ours')).not.toHaveProperty('LOGNAME');
});

test('our own variables are passed on, for a script that runs gdb', () => {
  expect(gdbEnvironment({ ICOUNT_GDB: 'a' }, 'of-the-system')).toMatchObject({ ICOUNT_GDB: 'a' });
});

test.each([
  ['PYTHONHOME', '/opt/sdk/python'],
  ['PYTHONPATH', '/opt/sdk/python'],
  ['PYTHONSTARTUP', '/root/.pythonrc'],
  ['LD_PRELOAD', '/usr/lib/libfaketime.so'],
  ['GCONV_PATH', '/opt/sdk/gconv'],
  ['MALLOC_CHECK_', '3'],
  ['GUILE_LOAD_PATH', '/opt/guile'],
  ['GDBHISTFILE', '/root/.gdb_history'],
  ['DEBUGINFOD_URLS', 'https://debuginfod.debian.net'],
  ['INPUTRC', '/root/.inputrc'],
  ['TERMINFO', '/opt/terminfo'],
  ['LINES', '3'],
  ['LANGUAGE', 'de'],
  ['BASH_FUNC_exec%%', '() { false; }'],
  ['NODE_OPTIONS', '--inspect'],
])('%s does not reach gdb', (name, value) => {
  expect(gdbEnvironment({ [name]: value }, 'as-ours')).not.toHaveProperty(name);
});

test('what steers gdb is set, whatever we have', () => {
  const own = {
    ...{ LC_ALL: 'de_DE.UTF-8', TERM: 'xterm', PYTHONNOUSERSITE: '' },
    ...{ MALLOC_PERTURB_: '1', GLIBC_TUNABLES: 'glibc.malloc.check=3' },
  };

  expect(gdbEnvironment(own, 'as-ours')).toMatchObject({
    LC_ALL: 'C',
    TERM: 'dumb',
    PYTHONNOUSERSITE: '1',
    MALLOC_PERTURB_: '255',
    GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0',
  });
});

test('our library path is for a gdb that may need it, and taken away from one that does not start', () => {
  const own = { LD_LIBRARY_PATH: '/opt/sdk/lib' };

  expect(gdbEnvironment(own, 'as-ours')).toMatchObject(own);
  expect(gdbEnvironment(own, 'of-the-system')).not.toHaveProperty('LD_LIBRARY_PATH');
});
