import type { WordFormat } from '../memory.js';
import type { CheckedSource } from './checked.js';

/** `sh_type` values (elf.h) that are looked for. */
export const SectionType = { symtab: 2, strtab: 3, note: 7, nobits: 8, dynsym: 11 } as const;

/** A section header (Elf32_Shdr, Elf64_Shdr). Nothing in it is checked against the file yet. */
export interface Section {
  readonly nameOffset: number;
  readonly type: number;
  readonly flags: bigint;
  readonly addressBytes: bigint;
  readonly offset: bigint;
  readonly sizeBytes: bigint;
  readonly link: number;
  readonly info: number;
  readonly alignment: bigint;
  readonly entryBytes: bigint;
}

/** A file whose section headers are read: what it takes to read what is in the sections. */
export interface OpenElf {
  readonly source: CheckedSource;
  readonly format: WordFormat;
  readonly sections: readonly Section[];
}
