import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fileSource } from '../../src/elf/source.js';

const directory = mkdtempSync(join(tmpdir(), 'icount-gdb-source-'));
afterAll(() => rmSync(directory, { recursive: true }));

const content = Buffer.from(Array.from({ length: 200_003 }, (_, index) => (index * 7) % 251));
const file = join(directory, 'file');
writeFileSync(file, content);

test.each([
  ['at the beginning', 0, 4],
  ['in a block', 70_000, 100],
  ['a whole block', 65_536, 65_536],
  ['across the end of a block', 65_500, 100],
  ['several blocks', 10, 150_000],
  ['up to the end', 200_000, 3],
  ['across the end', 199_990, 100],
  ['behind the end', 300_000, 10],
  ['nothing', 5, 0],
])('reads what is there, whatever was read before: %s', async (_, offset, length) => {
  const handle = await open(file);
  try {
    const source = await fileSource(handle);
    await source.read(65_536, 1);
    await source.read(199_999, 1);

    expect(await source.read(offset, length)).toEqual(content.subarray(offset, offset + length));
  } finally {
    await handle.close();
  }
});
