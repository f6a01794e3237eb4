import { describe, expect, test } from 'vitest';
import { MalformedElfError } from '../../src/elf/checked.js';
import { readElf, type WantedNames } from '../../src/elf/elf.js';
import { buildElf, symbolSections } from './build-elf.js';
import { memorySource } from './memory-source.js';
import { FORMATS, NAMES, sampleElf, sampleSpec } from './sample.js';

const read = (bytes: Buffer, names: WantedNames = NAMES) => readElf(memorySource(bytes), names);

test('a variable of 2^63 bytes is refused', async () => {
  const format = { wordBytes: 8, byteOrder: 'little' } as const;
  const sections = symbolSections(format, 'symtab', [{ name: 'counts', size: 1n << 63n }]);
  await expect(read(buildElf({ format, sections }))).rejects.toThrow(MalformedElfError);
});

test.each([
  ['', 'is empty'],
  ['#!/bin/sh\n', 'is no ELF file (starts with 23 21 2f 62)'],
  ['#!', 'is no ELF file (starts with 23 21)'],
  ['\x7fELF', 'is cut short: file headers end at byte 16 of 4'],
  [`\x7fELF\x03\x01${'\0'.repeat(58)}`, 'is of unknown ELF class 3'],
  [`\x7fELF\x02\x00${'\0'.repeat(58)}`, 'is of unknown byte order 0'],
])('%j %s', async (text, reason) => {
  await expect(read(Buffer.from(text, 'latin1'))).rejects.toThrow(
    expect.objectContaining({ name: 'MalformedElfError', reason, message: `the file ${reason}` }),
  );
});

test('a file for another machine says so', async () => {
  const format = { wordBytes: 8, byteOrder: 'big' } as const;
  expect(await read(buildElf({ format, machine: 22 }))).toMatchObject({ machine: 22 });
});

test('a file that becomes shorter while it is read is refused', async () => {
  const [format] = FORMATS;
  if (format === undefined) throw new Error('there are formats');
  const whole = sampleElf(format);
  const source = { ...memorySource(whole.subarray(0, -20)), sizeBytes: whole.length };
  await expect(readElf(source, NAMES)).rejects.toThrow('became shorter while its section headers');
});

describe('a sparse file of 2^52 bytes', () => {
  const format = { wordBytes: 8, byteOrder: 'little' } as const;

  /** Zeros behind the bytes, and a count of what is read. */
  function sparse(bytes: Buffer) {
    const asked: number[] = [];
    const source = {
      sizeBytes: 2 ** 52,
      read: async (offset: number, length: number) => {
        asked.push(length);
        const part = Buffer.alloc(length);
        bytes.subarray(offset, offset + length).copy(part);
        return part;
      },
    };
    return { source, asked };
  }

  test.each([
    ['.strtab', /bytes of symbol names, too many/],
    ['.symtab', /too large tables/],
  ])('does not get memory or time for a huge %s', async (name, reason) => {
    const bytes = buildElf(sampleSpec(format));
    const names = new Map([
      ['.symtab', 3],
      ['.strtab', 4],
    ]);
    const headers = Number(bytes.readBigUInt64LE(40));
    bytes.writeBigUInt64LE(1n << 50n, headers + 64 * (names.get(name) ?? 0) + 32);
    const { source, asked } = sparse(bytes);
    await expect(readElf(source, NAMES)).rejects.toThrow(reason);
    expect(asked.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(2 ** 28);
    expect(Math.max(...asked)).toBeLessThanOrEqual(2 ** 26);
  });
});
