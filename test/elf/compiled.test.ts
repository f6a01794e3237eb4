import { copyFileSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type ElfFile, readElf } from '../../src/elf/elf.js';
import { fileSource } from '../../src/elf/source.js';
import { compilePlugin } from './compile.js';
import { memorySource } from './memory-source.js';

const plugin = compilePlugin();
afterAll(() => plugin.remove());

const NAMES = {
  objects: new Set(['insn_count', 'do_inline', 'counts', 'twice', 'inline_insn_count']),
  exports: new Set([
    'qemu_plugin_install',
    'qemu_plugin_version',
    'qemu_plugin_outs',
    'insn_count',
  ]),
};

async function read(file: string): Promise<ElfFile> {
  const handle = await open(file);
  try {
    return await readElf(await fileSource(handle), NAMES);
  } finally {
    await handle.close();
  }
}

/** A changed copy, by a tool that takes the file's name last. */
function changed(name: string, tool: string, ...args: string[]): string {
  const file = join(plugin.directory, name);
  copyFileSync(plugin.file, file);
  plugin.run(tool, ...args, file);
  return file;
}

/** What `readelf -Ws` says of the objects of .symtab: `Num: Value Size OBJECT Bind Vis Ndx Name`. */
function readelfObjects(file: string): ReadonlyMap<string, object> {
  const text = plugin.run('readelf', '-Ws', file);
  const table = text.slice(text.indexOf("Symbol table '.symtab'"));
  const line = /^ *\d+: ([0-9a-f]+) +(\d+|0x[0-9a-f]+) OBJECT +\w+ +\w+ +\d+ (\S+)$/gm;
  const found = [...table.matchAll(line)].map(([, value, size, name]) => ({
    name: name ?? '',
    symbol: { addressBytes: BigInt(`0x${value}`), sizeBytes: Number(size) },
  }));
  return new Map(found.map(({ name, symbol }) => [name, symbol]));
}

function readelfBuildId(file: string): string | undefined {
  return /Build ID: ([0-9a-f]+)/.exec(plugin.run('readelf', '-n', file))?.[1];
}

/** Where `readelf -WS` says the note section is. */
function noteAddress(file: string): bigint {
  const section = plugin.run('readelf', '-WS', file);
  const address = /\.note\.gnu\.build-id +NOTE +([0-9a-f]+)/.exec(section)?.[1];
  return BigInt(`0x${address}`);
}

const EXPORTS = new Set(['qemu_plugin_install', 'qemu_plugin_version']);

test('a build with debug information reads as readelf reads it', async () => {
  const elf = await read(plugin.file);
  const expected = readelfObjects(plugin.file);
  for (const name of ['insn_count', 'do_inline', 'counts']) {
    expect(elf.objects.get(name), name).toEqual(expected.get(name));
    expect(expected.has(name)).toBe(true);
  }
  expect(elf.objects.get('counts')?.sizeBytes).toBe(64);
  expect(elf.objects.has('twice')).toBe(false);
  expect(elf.ambiguousObjects).toEqual(new Set(['twice']));
  expect(elf.exports).toEqual(EXPORTS);
  expect(elf.buildId).toEqual({
    hex: readelfBuildId(plugin.file),
    addressBytes: noteAddress(plugin.file) + 16n,
    sizeBytes: 20,
  });
  expect(elf).toMatchObject({
    byteOrder: endianness() === 'LE' ? 'little' : 'big',
    firstLoadAddress: 0n,
    hasSymbolTable: true,
  });
});

test('strip -g leaves the symbols and the build-id', async () => {
  const whole = await read(plugin.file);
  expect(await read(changed('no-debug.so', 'strip', '-g'))).toEqual(whole);
});

test('strip leaves the build-id, and that it is a plugin', async () => {
  const whole = await read(plugin.file);
  expect(await read(changed('stripped.so', 'strip'))).toEqual({
    ...whole,
    hasSymbolTable: false,
    objects: new Map(),
    ambiguousObjects: new Set(),
  });
});

test('a separate debug file has the symbols, the build-id and nothing to export', async () => {
  const whole = await read(plugin.file);
  const debug = changed('libinsn.debug', 'objcopy', '--only-keep-debug');
  expect(await read(debug)).toEqual({ ...whole, exports: new Set() });
});

test("no section headers leave the segments' build-id", async () => {
  const whole = await read(plugin.file);
  const bytes = readFileSync(plugin.file);
  bytes.fill(0, ...(whole.wordBytes === 8 ? [40, 48] : [32, 36])); // e_shoff
  expect(await readElf(memorySource(bytes), NAMES)).toMatchObject({
    buildId: whole.buildId,
    firstLoadAddress: whole.firstLoadAddress,
    hasSymbolTable: false,
  });
});

test('a base address chosen by the linker is the first load address', async () => {
  const file = join(plugin.directory, 'based.so');
  const flags = ['-shared', '-fPIC', '-Wl,--build-id=sha1', '-Wl,-Ttext-segment=0x7000000'];
  plugin.run('gcc', ...flags, '-o', file, 'insn.c');
  const elf = await read(file);
  expect(elf.firstLoadAddress).toBe(0x7000000n);
  expect(elf.buildId?.addressBytes).toBe(noteAddress(file) + 16n);
});
