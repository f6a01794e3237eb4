import type { WordFormat } from '../memory.js';
import { type CheckedSource, MalformedElfError } from './checked.js';
import type { ElfHeader } from './header.js';
import { recordAt } from './record.js';

/** Beyond this a shared object is a trap: linkers make some forty, and 65,279 need an escape. */
const MAX_SECTIONS = 100_000n;

const PN_XNUM = 0xffff;

/** All section headers, and the number that the first of them may hold. */
export interface Sections {
  readonly all: readonly Section[];
  /** Number of program headers: it moves to the first section when it does not fit the header. */
  readonly segmentCount: number;
}

/** Reads the section headers; a file may have none. */
export async function readSections(source: CheckedSource, header: ElfHeader): Promise<Sections> {
  const { offset, count } = header.sections;
  if (offset === 0n) {
    return { all: [], segmentCount: header.segments.count };
  }
  const first = await readHeaders(source, header.format, offset, 1n);
  const zero = first[0];
  // gABI, "Extended section header": e_shnum and e_phnum are 16 bits wide.
  const realCount = count === 0 ? (zero?.sizeBytes ?? 0n) : BigInt(count);
  if (realCount > MAX_SECTIONS) {
    throw new MalformedElfError(`has ${realCount} sections, too many to be a plugin`);
  }
  const all = await readHeaders(source, header.format, offset, realCount);
  const segments = header.segments.count;
  return { all, segmentCount: segments === PN_XNUM ? (zero?.info ?? 0) : segments };
}

async function readHeaders(
  source: CheckedSource,
  format: WordFormat,
  offset: bigint,
  count: bigint,
): Promise<readonly Section[]> {
  const entryBytes = format.wordBytes === 8 ? 64 : 40;
  const bytes = await source.read(offset, count * BigInt(entryBytes), 'section headers');
  const wide = format.wordBytes === 8;
  return Array.from({ length: Number(count) }, (_, index) => {
    const record = recordAt(bytes, index * entryBytes, format);
    return {
      type: record.word(4),
      flags: record.wide(8),
      addressBytes: record.wide(wide ? 16 : 12),
      offset: record.wide(wide ? 24 : 16),
      sizeBytes: record.wide(wide ? 32 : 20),
      link: record.word(wide ? 40 : 24),
      info: record.word(wide ? 44 : 28),
      alignment: record.wide(wide ? 48 : 32),
      entryBytes: record.wide(wide ? 56 : 36),
    };
  });
}

/** `sh_type` values (elf.h) that are looked for. */
export const SectionType = { symtab: 2, strtab: 3, note: 7, dynsym: 11 } as const;

/** A section header (Elf32_Shdr, Elf64_Shdr). Nothing in it is checked against the file yet. */
export interface Section {
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
