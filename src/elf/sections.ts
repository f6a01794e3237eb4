import type { WordFormat } from '../memory.js';
import { type CheckedSource, MalformedElfError } from './checked.js';
import type { ElfHeader } from './header.js';
import { recordAt } from './record.js';
import { type Section, SectionType } from './section.js';
import { readStringTable, type StringTable } from './strings.js';

/** Beyond this a shared object is a trap: linkers make some forty, and 65,279 need an escape. */
const MAX_SECTIONS = 100_000n;

const SHN_XINDEX = 0xffff;
const PN_XNUM = 0xffff;

/** All section headers, and what else their table has to say. */
export interface Sections {
  readonly all: readonly Section[];
  /** Number of program headers: it moves to the first section when it does not fit the header. */
  readonly segmentCount: number;
  /** The first section of that name that has contents; what strip keeps can be the name only. */
  named(name: string): Section | undefined;
}

/** Reads the section headers; a file may have none. */
export async function readSections(source: CheckedSource, header: ElfHeader): Promise<Sections> {
  const { offset, count } = header.sections;
  if (offset === 0n) {
    return { all: [], segmentCount: header.segments.count, named: () => undefined };
  }
  const first = await readHeaders(source, header.format, offset, 1n);
  const zero = first[0];
  // gABI, "Extended section header": e_shnum, e_shstrndx and e_phnum are 16 bits wide.
  const realCount = count === 0 ? (zero?.sizeBytes ?? 0n) : BigInt(count);
  if (realCount > MAX_SECTIONS) {
    throw new MalformedElfError(`has ${realCount} sections, too many to be a plugin`);
  }
  const all = await readHeaders(source, header.format, offset, realCount);
  const namesIndex = header.namesIndex === SHN_XINDEX ? (zero?.link ?? 0) : header.namesIndex;
  const names = await readSectionNames(source, all, namesIndex);
  return {
    all,
    segmentCount: header.segments.count === PN_XNUM ? (zero?.info ?? 0) : header.segments.count,
    named: (name) => {
      const bytes = Buffer.from(`${name}\0`, 'latin1');
      return all.find(
        ({ type, nameOffset }) => type !== SectionType.nobits && names?.holdsAt(nameOffset, bytes),
      );
    },
  };
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
      nameOffset: record.word(0),
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

/** Index 0 (SHN_UNDEF) means that sections have no names. */
async function readSectionNames(
  source: CheckedSource,
  all: readonly Section[],
  index: number,
): Promise<StringTable | undefined> {
  return index === 0 ? undefined : readStringTable(source, all, index, 'section names');
}

/** A file name, padding and a checksum: NAME_MAX is 255. */
const MAX_DEBUG_LINK_BYTES = 4096n;

/**
 * The file name in .gnu_debuglink (GDB manual, "Separate Debug Files"). It is the file's own claim:
 * it may hold slashes.
 */
export async function readDebugLink(
  source: CheckedSource,
  section: Section,
): Promise<string | undefined> {
  const { offset, sizeBytes } = section;
  const length = sizeBytes < MAX_DEBUG_LINK_BYTES ? sizeBytes : MAX_DEBUG_LINK_BYTES;
  const bytes = await source.read(offset, length, 'debug link names');
  const end = bytes.indexOf(0);
  return end > 0 ? bytes.toString('utf8', 0, end) : undefined;
}
