import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { OutputError } from '../../src/errors.js';
import { fdWriter } from '../../src/output/fd-writer.js';
import { openOutput } from '../../src/output/open-output.js';
import { scratchPath } from './scratch-folder.js';

/**
 * Makes every file of this process end at that size, as a full disk would: writes are cut short
 * there, and those that begin there fail.
 */
function limitFileSize(limitBytes: number): void {
  // By default the signal that comes with the error ends the process.
  const ignore = () => {};
  process.on('SIGXFSZ', ignore);
  const setLimit = (limit: string) =>
    execFileSync('prlimit', [`--pid=${process.pid}`, `--fsize=${limit}:`]);
  setLimit(String(limitBytes));
  onTestFinished(() => {
    setLimit('unlimited');
    process.off('SIGXFSZ', ignore);
  });
}

const row = (letter: string) => `${letter.repeat(999)}\n`;

test('a device that is full is an error with its name', async () => {
  const { writer } = openOutput('/dev/full', false);
  const write = writer.write('a\n');
  await expect(write).rejects.toThrow(OutputError);
  await expect(write).rejects.toThrow("can't write /dev/full: no space left on device");
  await writer.close();
});

test.each([
  ['replaced', false],
  ['appended to', true],
])('a file that is %s on a full disk ends in a whole row', async (_, append) => {
  const path = scratchPath('rows');
  const { writer } = openOutput(path, append);
  await writer.write(row('a'));
  limitFileSize(1500);
  await expect(writer.write(row('b'))).rejects.toThrow(`can't write ${path}: file too large`);
  await writer.close();
  expect(readFileSync(path, 'utf8')).toBe(row('a'));
});

test('of several rows on a full disk those stay that are whole', async () => {
  const path = scratchPath('rows');
  const { writer } = openOutput(path, false);
  await writer.write(row('a'));
  limitFileSize(2500);
  await expect(writer.write(row('b'), row('c'))).rejects.toThrow(OutputError);
  expect(readFileSync(path, 'utf8')).toBe(row('a') + row('b'));
});

test('a row of several lines is taken back whole, so that no sample is there in part', async () => {
  const path = scratchPath('rows');
  const { writer } = openOutput(path, false);
  await writer.write(row('a'));
  limitFileSize(2500);
  await expect(writer.write(row('b') + row('c'))).rejects.toThrow(OutputError);
  expect(readFileSync(path, 'utf8')).toBe(row('a'));
});

test('nothing is taken back where somebody else has written too', async () => {
  const path = scratchPath('rows');
  const { writer } = openOutput(path, true);
  await writer.write(row('a'));
  appendFileSync(path, 'theirs\n');
  limitFileSize(1500);
  await expect(writer.write(row('b'))).rejects.toThrow(OutputError);
  expect(readFileSync(path, 'utf8')).toMatch(/^a{999}\ntheirs\nb+$/);
});

test('closing a file that is closed already is an error with its name', async () => {
  const path = scratchPath('rows');
  const { writer } = openOutput(path, false);
  await writer.close();
  await expect(writer.close()).rejects.toThrow(`can't write ${path}: bad file descriptor`);
});

test('a file that is cut short meanwhile (copytruncate) goes on at its beginning, without NULs', async () => {
  const path = scratchPath('rows');
  const { writer } = openOutput(path, false);
  await writer.write(row('a'));
  truncateSync(path);
  await writer.write(row('b'));
  await writer.write(row('c'));
  await writer.close();
  expect(readFileSync(path, 'utf8')).toBe(row('b') + row('c'));
});

test.each(['w', 'a'])('so does an inherited file that was opened with %s', async (flags) => {
  const path = scratchPath('rows');
  const fd = openSync(path, flags);
  const writer = fdWriter({ fd, name: path, regular: true, sizeBytes: 0, owned: false });
  await writer.write(row('a'));
  truncateSync(path);
  await writer.write(row('b'));
  await writer.write(row('c'));
  await writer.close();
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe(row('b') + row('c'));
});

test('an inherited file is written where it was to be, before what it holds already', async () => {
  const path = scratchPath('rows');
  writeFileSync(path, row('x') + row('y') + row('z'));
  const fd = openSync(path, 'r+');
  const writer = fdWriter({ fd, name: path, regular: true, sizeBytes: 3000, owned: false });
  await writer.write(row('a'));
  await writer.write(row('b'));
  await writer.close();
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe(row('a') + row('b') + row('z'));
});

test('a file that was cut short is whole on a full disk, too', async () => {
  const path = scratchPath('rows');
  const { writer } = openOutput(path, false);
  await writer.write(row('a'));
  await writer.write(row('b'));
  truncateSync(path);
  await writer.write(row('c'));
  limitFileSize(1500);
  await expect(writer.write(row('d'))).rejects.toThrow('file too large');
  await writer.close();
  expect(readFileSync(path, 'utf8')).toBe(row('c'));
});
