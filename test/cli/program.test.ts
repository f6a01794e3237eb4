import { expect, test } from 'vitest';
import { splitCommand } from '../../src/cli/program.js';

test.each([
  { argv: ['12', '-n', '1'], own: ['12', '-n', '1'], command: undefined },
  { argv: ['12', '--', 'ls', '-l'], own: ['12'], command: ['ls', '-l'] },
  { argv: ['12', '--', 'env', '--', 'ls'], own: ['12'], command: ['env', '--', 'ls'] },
  { argv: ['--', 'ls'], own: [], command: ['ls'] },
  { argv: ['12', '--'], own: ['12'], command: [] },
])('$argv is parted at its first --', ({ argv, own, command }) => {
  expect(splitCommand(argv)).toEqual({ own, command });
});
