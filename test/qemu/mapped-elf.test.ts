import { copyFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MalformedElfError } from '../../src/elf/checked.js';
import type { MappedFile } from '../../src/proc/maps.js';
import { deviceName, leadsTo, openMapped } from '../../src/qemu/mapped-elf.js';
import { temporaryDirectory } from '../fixtures/directory.ts';

/** A file as if this process had it mapped; nothing is, so that /proc/PID/map_files is no help. */
function mappedAs(file: string, path = file): MappedFile {
  const { ino, dev } = statSync(file, { bigint: true });
  const base = {
    start: 0x1000n,
    end: 0x2000n,
    executable: true,
    offset: 0n,
    device: deviceName(dev),
    inode: ino,
    path,
    pathBytes: Buffer.from(path),
    deleted: false,
  };
  const { device, inode, pathBytes, deleted } = base;
  return { path, pathBytes, device, inode, deleted, base, mappings: [base] };
}

function elfIn(directory: string, name = 'libinsn.so'): string {
  const file = join(directory, name);
  copyFileSync('/bin/true', file);
  return file;
}

test.each([
  [0xfe00n, 'fe:00'],
  [0x801n, '08:01'],
  [0x2an, '00:2a'],
  [0x1_0305n, '103:05'],
  [0x10_0045n, '00:145'],
])('device number 0x%x is written as the maps do: %s', (device, name) => {
  expect(deviceName(device)).toBe(name);
});

test('a name leads to what is mapped if inode and device are the same', async () => {
  using directory = temporaryDirectory();
  const mapped = mappedAs(elfIn(directory.path));
  const copy = elfIn(directory.path, 'copy');

  expect(await leadsTo(mapped.pathBytes, mapped)).toBe(true);
  expect(await leadsTo(Buffer.from(copy), mapped)).toBe(false);
  expect(await leadsTo(mapped.pathBytes, { ...mapped, device: '00:2a' })).toBe(false);
  expect(await leadsTo(Buffer.from('/no/such/file'), mapped)).toBe(false);
});

test('the file that is mapped is opened by its name', async () => {
  using directory = temporaryDirectory();
  const mapped = mappedAs(elfIn(directory.path));

  const opened = await openMapped(process.pid, mapped);

  expect(opened).toMatchObject({ kind: 'opened', isMappedFile: true });
  if (opened.kind === 'opened') await opened.handle.close();
});

test('a file that is really called "… (deleted)" is opened by that name', async () => {
  using directory = temporaryDirectory();
  const file = elfIn(directory.path, 'libinsn.so (deleted)');
  const mapped = { ...mappedAs(file, join(directory.path, 'libinsn.so')), deleted: true };

  const opened = await openMapped(process.pid, mapped);

  expect(opened).toMatchObject({ kind: 'opened', isMappedFile: true });
  if (opened.kind === 'opened') await opened.handle.close();
});

test('a file that has taken the name of the mapped one is not held for the same', async () => {
  using directory = temporaryDirectory();
  const file = elfIn(directory.path);
  const mapped = mappedAs(file);
  renameSync(elfIn(directory.path, 'new'), file);

  const opened = await openMapped(process.pid, mapped);

  expect(opened).toMatchObject({ kind: 'opened', isMappedFile: false });
  if (opened.kind === 'opened') await opened.handle.close();
});

test('a file that is gone is unreachable', async () => {
  using directory = temporaryDirectory();
  const file = elfIn(directory.path);
  const mapped = mappedAs(file);
  rmSync(file);

  expect(await openMapped(process.pid, mapped)).toEqual({ kind: 'unreachable' });
});

test('a mapped file that is no ELF file is unreadable, with the reason', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'libinsn.so');
  writeFileSync(file, 'no ELF file');

  const opened = await openMapped(process.pid, mappedAs(file));

  expect(opened).toEqual({ kind: 'unreadable', error: expect.any(MalformedElfError) });
});
