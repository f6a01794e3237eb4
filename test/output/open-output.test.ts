import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { OutputError } from '../../src/errors.js';
import { inheritedOutput, openOutput } from '../../src/output/open-output.js';
import { scratchPath } from './scratch-folder.js';

test('a file is emptied', async () => {
  const path = scratchPath('rows');
  writeFileSync(path, 'an earlier and longer run\n');
  const { writer, continued } = openOutput(path, false);
  expect(await writer.write('a\n')).toBe('written');
  expect(await writer.write('b\nc\n')).toBe('written');
  await writer.close();
  expect(readFileSync(path, 'utf8')).toBe('a\nb\nc\n');
  expect(continued).toBe(false);
});

test.each([
  ['a file with rows is continued', 'seq\n1\n', true],
  ['an empty file is begun', '', false],
  ['a file that is not there is begun', undefined, false],
])('with append %s', async (_, before, expected) => {
  const path = scratchPath('rows');
  if (before !== undefined) writeFileSync(path, before);
  const { writer, continued } = openOutput(path, true);
  await writer.write('2\n');
  await writer.close();
  expect(readFileSync(path, 'utf8')).toBe(`${before ?? ''}2\n`);
  expect(continued).toBe(expected);
});

test.each([
  [
    'in a folder that is not there',
    (file: string) => join(file, 'a', 'b'),
    'no such file or directory',
  ],
  ['that is a folder', dirname, 'illegal operation on a directory'],
])('a path %s is refused with its name and what to do', (_, place, why) => {
  const path = place(scratchPath('rows'));
  const open = () => openOutput(path, false);
  expect(open).toThrow(OutputError);
  expect(open).toThrow(`can't write ${path}: ${why}`);
  expect(open).toThrow(expect.objectContaining({ hint: expect.stringContaining('--output') }));
});

function fifo(): string {
  const path = scratchPath('fifo');
  execFileSync('mkfifo', [path]);
  return path;
}

test('a FIFO is written to, and is closed when its reader is gone', async () => {
  const path = fifo();
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const { writer } = openOutput(path, false);
  expect(await writer.write('a\n')).toBe('written');
  const bytes = Buffer.alloc(10);
  expect(bytes.toString('utf8', 0, readSync(reader, bytes))).toBe('a\n');

  closeSync(reader);
  expect(await writer.write('b\n')).toBe('closed');
  expect(await writer.write('c\n')).toBe('closed');
  await writer.close();
});

test('a FIFO that nobody reads is refused, rather than waited for', () => {
  expect(() => openOutput(fifo(), false)).toThrow('nothing reads from it');
});

test('standard output in a file is written to the file, and stays open', async () => {
  const path = scratchPath('rows');
  const fd = openSync(path, 'w');
  onTestFinished(() => closeSync(fd));
  const stdout = Object.assign(new PassThrough(), { fd });
  const writer = inheritedOutput(stdout, 'standard output');
  await writer.write('a\n');
  await writer.close();
  expect(readFileSync(path, 'utf8')).toBe('a\n');
});

test('standard output in a pipe is written to as the stream that it is', async () => {
  const fd = openSync('/dev/null', 'w');
  onTestFinished(() => closeSync(fd));
  const stdout = Object.assign(new PassThrough(), { fd });
  const writer = inheritedOutput(stdout, 'standard output');
  await writer.write('a\n');
  expect(stdout.read()?.toString()).toBe('a\n');
});
