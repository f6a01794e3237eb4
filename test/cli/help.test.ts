import { expect, test } from 'vitest';
import { fullHelp } from '../../src/cli/help.js';
import { createProgram } from '../../src/cli/program.js';
import { formatNames } from '../../src/observers/rows/formats.js';

const program = createProgram('0.0.0', undefined, () => {});

test('help comes in groups, with examples and the exit status', () => {
  const help = fullHelp(program);

  for (const heading of ['What to watch:', 'Output:', 'Commands:', 'Examples:', 'Exit status:']) {
    expect(help).toContain(`\n${heading}\n`);
  }
});

test('defaults are in words that a user could type', () => {
  const help = fullHelp(program).replace(/\s+/g, ' ');

  expect(help).toContain('default: 1s');
  expect(help).toContain(`${formatNames.join(', ')} (default: table)`);
  expect(help).toContain('(default: gdb, or $ICOUNT_GDB)');
  expect(help).not.toMatch(/1000000000|default: (false|true|"|undefined)/);
});

test('a line of help fits a terminal of 90 columns', () => {
  for (const line of fullHelp(program).split('\n')) expect(line.length).toBeLessThanOrEqual(90);
});
