import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../src/mi/lines.js';
import { parseRecord } from '../../src/mi/parse.js';
import { quoteArgument } from '../../src/mi/quote.js';
import { findText, type MiRecord } from '../../src/mi/record.js';
import { directoryOfFile } from '../fixtures/directory.ts';

const directory = directoryOfFile();

/** What the real gdb answers to these commands, one after the other. */
async function converse(commands: readonly string[]): Promise<MiRecord[]> {
  const gdb = spawn('gdb', ['-nx', '-q', '--interpreter=mi3'], {
    cwd: directory,
    env: { ...process.env, LC_ALL: 'C', TERM: 'dumb' },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const splitter = new LineSplitter();
  const lines: Uint8Array[] = [];
  gdb.stdout.on('data', (chunk: Uint8Array) => lines.push(...splitter.push(chunk)));
  gdb.stdin.end(commands.map((command) => `${command}\n`).join(''));
  await once(gdb, 'close');
  return lines.map(parseRecord);
}

function results(records: readonly MiRecord[]) {
  return records.filter((record) => record.kind === 'result');
}

const hostileNames: readonly string[] = [
  'plain',
  'sp ace',
  'qu"ote',
  "apos'trophe",
  'back\\slash',
  'ends in backslash\\',
  '\\033',
  '\\n',
  'é😀',
  'tab\tbell\x07escape\x1b',
  'carriage return\r',
  '"; shell touch owned',
  '" -gdb-exit',
  '$(touch owned)`touch owned`',
  '| touch owned',
  '#comment',
];

test.each(hostileNames)('gdb finds the file whose name is %j', async (name) => {
  const path = join(directory, name);
  await copyFile('/bin/true', path);

  const records = await converse([
    `1-file-exec-and-symbols ${quoteArgument(path)}`,
    '2-interpreter-exec console "info files"',
  ]);

  expect(results(records)).toMatchObject([
    { token: 1, class: 'done' },
    { token: 2, class: 'done' },
  ]);
  const printed = records.map((record) => (record.kind === 'stream' ? record.text : '')).join('');
  expect(printed).toContain(`\`${path}'`);
  expect(await readdir(directory)).not.toContain('owned');
});

test.each([
  ['a newline', Buffer.from('new\nline')],
  ['a second command', Buffer.from('x"\n9-gdb-set var $owned=1\n9-gdb-version')],
  ['a byte that is not UTF-8', Buffer.from([0x66, 0xff])],
])(
  'in a CLI command of MI, a name with %s is not found, and no second command',
  async (_, name) => {
    const path = Buffer.concat([Buffer.from(`${directory}/`), name]);
    await copyFile('/bin/true', path);

    const records = await converse([
      `1-file-exec-and-symbols ${quoteArgument(path)}`,
      '2-gdb-version',
    ]);

    expect(results(records)).toMatchObject([
      { token: 1, class: 'error' },
      { token: 2, class: 'done' },
    ]);
  },
);

test.each([
  ...hostileNames.map((name) => Buffer.from(name)),
  Buffer.from('new\nline'),
  Buffer.from('x"\n9-gdb-version\n'),
  Buffer.from([0x66, 0xff, 0xc3, 0xa9, 0x22, 0x5c, 0x0a]),
  Buffer.from(Array.from({ length: 255 }, (_, index) => index + 1)),
  Buffer.from(Array.from({ length: 127 }, (_, index) => index + 1)),
])('a command of MI itself gets %j byte by byte', async (argument) => {
  const records = await converse([`1-interpreter-exec ${quoteArgument(argument)} "x"`]);

  const [answer, ...more] = results(records);
  expect(more).toEqual([]);
  expect(answer).toMatchObject({ token: 1, class: 'error' });
  expect(findText(answer?.results ?? [], 'msg')).toBe(
    `-interpreter-exec: could not find interpreter "${argument.toString('utf8')}"`,
  );
});
