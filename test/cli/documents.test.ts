import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { formatNames } from '../../src/observers/rows/formats.js';

const root = join(import.meta.dirname, '../..');
const manual = readFileSync(join(root, 'src/man/icount-gdb.1'), 'utf8').replaceAll('\\-', '-');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
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

test('the manual and the README know every command', () => {
  for (const command of program.commands) {
    const name = command.name();
    const inManual = manual.includes(`icount-gdb ${name}`);
    const inReadme = readme.includes(`\nicount-gdb ${name} `);
    expect.soft(inManual, `src/man/icount-gdb.1 has icount-gdb ${name}`).toBe(true);
    expect.soft(inReadme, `README.md has icount-gdb ${name} among its options`).toBe(true);
  }
});

test('the manual and the README know every format', () => {
  const [, inManual = ''] = /^\.BR -f(.*?)^\.TP$/ms.exec(manual) ?? [];
  const [, inReadme = ''] = /^\| `-f, .*?` \|(.*)$/m.exec(readme) ?? [];
  for (const name of formatNames) {
    const shows = new RegExp(`^\\.BR? ${name}\\b`, 'm').test(inManual);
    expect.soft(shows, `src/man/icount-gdb.1 has .B ${name} under --format`).toBe(true);
    expect.soft(inReadme, 'README.md, the row of --format').toContain(`\`${name}\``);
  }
});

test('the manual and the changelog are of the version of the package', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

  expect(manual).toContain(`"icount-gdb ${version}"`);
  expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toContain(`## [${version}]`);
});

test('the README has a row for every option of a poll', () => {
  const rows = [...readme.matchAll(/^\| `(-.*?)` \|/gm)].map(([, flags = '']) => flags);
  const asked = program.createHelp().visibleOptions(program);

  expect(rows.sort()).toEqual(
    asked
      .map(({ flags }) => flags)
      .filter((flags) => !/--(help|version)/.test(flags))
      .sort(),
  );
});

test('the rooms that the README draws are those of src, and no others', () => {
  const [, tree = ''] = /^## How it works\n.*?^```\n(.*?)^```$/ms.exec(readme) ?? [];
  const drawn = tree
    .split('\n')
    .flatMap((line) => /^(?:[a-z]+\/ +)+/.exec(line)?.[0].match(/[a-z]+/g) ?? []);
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'man')
    .map(({ name }) => name);

  expect(drawn.sort()).toEqual(folders.sort());
});

test('every file that the README sends a reader to is there', () => {
  const files = [...readme.matchAll(/`([\w./-]+\/[\w.-]+\.(?:ts|gdb))`/g)]
    .map(([, path = '']) => path)
    .filter((path) => !path.includes('NAME'));

  expect(files.length).toBeGreaterThan(20);
  expect(
    files.filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, 'src', path))),
  ).toEqual([]);
});

test('every link within the README leads to one of its headings', () => {
  const anchors = new Set(
    [...readme.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
  const links = [...readme.matchAll(/\]\(#(.*?)\)/g)].map(([, anchor = '']) => anchor);

  expect(links.filter((anchor) => !anchors.has(anchor))).toEqual([]);
});
