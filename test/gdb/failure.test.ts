import { expect, test } from 'vitest';
import { lastWords } from '../../src/gdb/failure.js';

/** GDB 13.1 without its data directory, as we start it. */
const provoked = [
  'Warning: /nonexistent: No such file or directory.',
  "Python Exception <class 'ModuleNotFoundError'>: No module named 'gdb'",
  'gdb: warning: ',
  "Could not load the Python gdb module from `/nonexistent/python'.",
  'Limited Python support is available from the _gdb module.',
  'Suggest passing --data-directory=/path/to/gdb/data-directory.',
  '',
].join('\n');

test.each([
  ['nothing', '', ''],
  ['what we provoke', provoked, ''],
  [
    'an interpreter',
    `${provoked}Interpreter \`mi99' unrecognized\n`,
    "Interpreter `mi99' unrecognized",
  ],
  [
    'a Python that does not start',
    'Warning: /nonexistent: No such file or directory.\nPython path configuration:\n  PYTHONHOME = (not set)\nPython not initialized\n',
    'Python not initialized',
  ],
  [
    'a library',
    'gdb: error while loading shared libraries: libtinfo.so.6: cannot open shared object file\n\n',
    'gdb: error while loading shared libraries: libtinfo.so.6: cannot open shared object file',
  ],
])('last words of a gdb that fails over %s', (_, stderr, expected) => {
  expect(lastWords(stderr)).toBe(expected);
});
