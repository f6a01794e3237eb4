import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { usageHint } from '../../src/cli/usage-hint.js';

const program = createProgram('0', undefined, () => {});

test.each([
  ['-p 1234', 'there is no option -p: process ids need none', 'icount-gdb 1234'],
  ['-p1234', 'there is no option -p: process ids need none', 'icount-gdb 1234'],
  ['-i 1s -p 1,2', 'there is no option -p: process ids need none', 'icount-gdb -i 1s 1 2'],
  ['--pid=7', 'there is no option --pid: process ids need none', 'icount-gdb 7'],
  ['--pid 7', 'there is no option --pid: process ids need none', 'icount-gdb 7'],
  ['inspect -p 7', 'there is no option -p: process ids need none', 'icount-gdb inspect 7'],
  ['stat -p 7', 'there is no option -p: process ids need none', 'icount-gdb 7'],
  ['-p 7 -i 2s -n 3', 'there is no option -p: process ids need none', 'icount-gdb 7 -i 2s -n 3'],
  ['-p 7 sleep 1', 'there is no option -p: process ids need none', 'icount-gdb 7 -- sleep 1'],
  ['7 -p', 'there is no option -p: process ids need none', 'icount-gdb 7'],
  ['7 1s', '"1s" is no process id', 'an interval goes behind -i: icount-gdb 7 -i 1s'],
  [
    '7 list',
    '"list" is no process id',
    'a command of icount-gdb comes first: icount-gdb help list shows what there is',
  ],
  [
    '12 -i 1s -q sleep 5',
    '"sleep" is no process id',
    'a command goes behind --: icount-gdb 12 -i 1s -q -- sleep 5',
  ],
  ['-p', 'there is no option -p: process ids need none', 'icount-gdb <pid>'],
  ['12 sleep 5', '"sleep" is no process id', 'a command goes behind --: icount-gdb 12 -- sleep 5'],
  [
    '-q 12 13 ./run -x',
    '"./run" is no process id',
    'a command goes behind --: icount-gdb -q 12 13 -- ./run -x',
  ],
  [
    '-n5 12 sleep 3',
    '"sleep" is no process id',
    'a command goes behind --: icount-gdb -n5 12 -- sleep 3',
  ],
  ['-qv 12 run', '"run" is no process id', 'a command goes behind --: icount-gdb -qv 12 -- run'],
  [
    '-i 3 5 sleep 1',
    '"sleep" is no process id',
    'a command goes behind --: icount-gdb -i 3 5 -- sleep 1',
  ],
])('%s is answered with how it is written here', (line, message, hint) => {
  expect(usageHint(line.split(' '), program)).toMatchObject({ message, hint });
});

test.each(['--plot x', '12 --foo bar', 'lst', '12', 'inspect 12 13', '--frobnicate', '-i 3 list'])(
  '%s is no habit of other tools',
  (line) => {
    expect(usageHint(line.split(' '), program)).toBeUndefined();
  },
);

test('what comes behind -- stays there', () => {
  expect(usageHint(['-p', '7'], program, ['sleep', '1'])?.hint).toBe('icount-gdb 7 -- sleep 1');
});
