import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, readFile, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileForGdb } from '../../src/qemu/gdb-file.js';
import { temporaryDirectory } from '../fixtures/directory.ts';

/** What gdb reads, which follows the link and opens the name behind it if there is a file. */
async function readAsGdb(handle: FileHandle): Promise<string> {
  const link = `/proc/self/fd/${handle.fd}`;
  const name = await readlink(link);
  return await readFile(existsSync(name) ? name : link, 'utf8');
}

test('a file that its name leads to is taken as it is', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'libinsn.so');
  writeFileSync(file, 'the file');
  const handle = await open(file, 'r');

  const forGdb = await fileForGdb(handle);

  expect(forGdb).toBe(handle);
  await forGdb.close();
});

test('a file without a name is taken as it is: gdb keeps to the descriptor', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'libinsn.so');
  writeFileSync(file, 'the file');
  const handle = await open(file, 'r');
  rmSync(file);

  const forGdb = await fileForGdb(handle);

  expect(forGdb).toBe(handle);
  expect(await readAsGdb(forGdb)).toBe('the file');
  await forGdb.close();
});

test('a file whose name is that of another is replaced by a copy that leaves nothing behind', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'libinsn.so');
  writeFileSync(file, 'the file');
  const handle = await open(file, 'r');
  rmSync(file);
  writeFileSync(`${file} (deleted)`, 'another file');
  expect(await readAsGdb(handle)).toBe('another file');
  const before = ownDirectories();

  const forGdb = await fileForGdb(handle);

  expect(await readAsGdb(forGdb)).toBe('the file');
  expect(handle.fd).toBe(-1);
  expect(ownDirectories()).toEqual(before);
  await forGdb.close();
});

/** Directories of copies; the tests' own have longer names. */
function ownDirectories(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => /^icount-gdb-[^-]{6}$/.test(name));
}
