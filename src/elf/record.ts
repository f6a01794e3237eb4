import { decodeUnsigned, type WordFormat } from '../memory.js';

/** One structure of elf.h: its fields by their offset in it. */
export interface ElfRecord {
  /** Elf_Half. */
  half(offset: number): number;
  /** Elf_Word: four bytes in either class. */
  word(offset: number): number;
  /** Elf_Addr, Elf_Off and the like: four or eight bytes by the class. */
  wide(offset: number): bigint;
}

/** The structure that begins at `base` of `bytes`, which must hold all of it. */
export function recordAt(bytes: Buffer, base: number, format: WordFormat): ElfRecord {
  const little = format.byteOrder === 'little';
  return {
    half: (offset) =>
      little ? bytes.readUInt16LE(base + offset) : bytes.readUInt16BE(base + offset),
    word: (offset) => wordAt(bytes, base + offset, format),
    wide: (offset) => decodeUnsigned(bytes, base + offset, format.wordBytes, format.byteOrder),
  };
}

/** Elf_Word at a place, for those who look at one field of thousands of records. */
export function wordAt(bytes: Buffer, place: number, { byteOrder }: WordFormat): number {
  return byteOrder === 'little' ? bytes.readUInt32LE(place) : bytes.readUInt32BE(place);
}
