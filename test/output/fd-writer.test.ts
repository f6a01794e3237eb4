import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { OutputError } from '../../src/errors.js';
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

test('the rows of one write are all taken back, so that no sample is there in part', async () => {
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
