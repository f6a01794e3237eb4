import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.js';

const root = join(import.meta.dirname, '../..');
const manual = readFileSync(join(root, 'src/man/icount-gdb.1'), 'utf8').replaceAll('\\-', '-');
const program = createProgram('0.0.0', undefined, () => {});
const commands = [program, ...program.commands];

/** `-f, --format`, of all commands. */
function optionsOfProgram(): ReadonlySet<string> {
  const options = commands.flatMap((command) => command.createHelp().visibleOptions(command));
  return new Set(options.map(({ short, long }) => [short, long].filter(Boolean).join(', ')));
}

/** The tags of the manual's section OPTIONS. */
function optionsOfManual(): ReadonlySet<string> {
  const [, section = ''] = /\n\.SH OPTIONS\n(.*?)\n\.SH /s.exec(manual) ?? [];
  const tags = [...section.matchAll(/^\.TP\n\.BR? (.*)$/gm)].map(([, tag = '']) => tag);
  return new Set(
    tags.map((tag) => [...tag.matchAll(/(?<![\w-])--?\w[\w-]*/g)].map(([flag]) => flag).join(', ')),
  );
}

test('the manual documents the options that there are, and no others', () => {
  expect([...optionsOfManual()].sort()).toEqual([...optionsOfProgram()].sort());
});

test('the manual documents every command', () => {
  for (const command of program.commands) expect(manual).toContain(`icount-gdb ${command.name()}`);
});

test('the manual and the changelog are of the version of the package', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

  expect(manual).toContain(`"icount-gdb ${version}"`);
  expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toContain(`## [${version}]`);
});

test('the README has a row for every option of a poll', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const rows = [...readme.matchAll(/^\| `(-.*?)` \|/gm)].map(([, flags = '']) => flags);
  const asked = program.createHelp().visibleOptions(program);

  expect(rows.sort()).toEqual(
    asked
      .map(({ flags }) => flags)
      .filter((flags) => !/--(help|version)/.test(flags))
      .sort(),
  );
});
