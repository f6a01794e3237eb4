import { expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/program.js';
import { UsageError } from '../../src/errors.js';

/** What the user is told about a command line that makes no sense. */
function complaint(...argv: readonly string[]): UsageError {
  try {
    parseCommandLine(argv, '0.0.0');
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

test.each([
  ['lst', 'unknown command "lst" (did you mean list?)'],
  ['inspct 1', 'unknown command "inspct" (did you mean inspect?)'],
  ['1 --formt csv', "unknown option '--formt' (did you mean --format?)"],
  ['1 --format jsnl', 'unknown format "jsnl" (did you mean jsonl?)'],
  ['1 --format xml', 'unknown format "xml"'],
  ['1 --mode inlin', 'unknown mode "inlin" (did you mean inline?)'],
  ['completion bsh', 'unknown shell "bsh" (did you mean bash?)'],
  ['list --format csv', 'unknown format "csv"'],
  ['foo', '"foo" is no process id'],
  ['help foo', 'help knows no such command'],
  ['0', '"0" is no process id'],
  ['inspect -- ls', "missing required argument 'pid'"],
  ['inspect', "missing required argument 'pid'"],
  ['list 1', "too many arguments for 'list'. Expected 0 arguments but got 1"],
  ['list -- ls', 'list takes no command after --'],
  ['1 --count', "option '-n, --count <n>' argument missing"],
  ['--interval 1s list', 'list takes no --interval'],
  ['--gdb gdb inspect 1', '--gdb belongs after inspect'],
])('icount-gdb %s: %s', (line, expected) => {
  expect(complaint(...line.split(' ')).message).toBe(expected);
});

test.each([
  ['1 --formt csv', 'icount-gdb --help shows what there is'],
  ['doctor --formt', 'icount-gdb help doctor shows what there is'],
  ['list 1', 'icount-gdb help list shows what there is'],
  ['--gdb gdb inspect 1', 'icount-gdb help inspect shows what there is'],
])('icount-gdb %s: %s', (line, hint) => {
  expect(complaint(...line.split(' ')).hint).toBe(hint);
});

test('options after a command are the command’s', () => {
  expect(parseCommandLine(['inspect', '1', '--gdb', '/x/gdb'], '0.0.0')).toMatchObject({
    kind: 'inspect',
    options: { gdb: '/x/gdb' },
  });
});

test.each([
  { argv: [], help: expect.stringContaining('Examples:') },
  { argv: ['--interval', '1s'], help: undefined },
])('without a process id, $argv asks which guests there are', ({ argv, help }) => {
  expect(parseCommandLine(argv, '0.0.0')).toMatchObject({ kind: 'no-pid', options: { help } });
});

test.each([
  { argv: ['--version'], text: '0.0.0\n' },
  { argv: ['--help'], text: expect.stringContaining('Examples:') },
  { argv: ['help', 'list'], text: expect.stringMatching(/^Usage: icount-gdb list /) },
  { argv: ['list', '--help'], text: expect.stringMatching(/^Usage: icount-gdb list /) },
])('what is to be printed is printed by us, $argv', ({ argv, text }) => {
  expect(parseCommandLine(argv, '0.0.0')).toMatchObject({ kind: 'text', options: { text } });
});
