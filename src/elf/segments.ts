import { type CheckedSource, MalformedElfError } from './checked.js';
import type { ElfHeader } from './header.js';
import { recordAt } from './record.js';

/** `p_type` values (elf.h) that are looked for. */
export const SegmentType = { load: 1, note: 4 } as const;

/** `PF_X` of `p_flags`. */
const EXECUTABLE = 1;

/** A shared object has about ten; the format allows 2^32. */
const MAX_SEGMENTS = 65_536;

/**
 * The smallest page of any host; mappings begin at a multiple of it. A file that suits hosts with
 * larger pages is aligned to those, so that this is right there, too.
 */
const PAGE_BYTES = 4096n;

/** A program header (Elf32_Phdr, Elf64_Phdr). Nothing in it is checked against the file yet. */
export interface Segment {
  readonly type: number;
  readonly offset: bigint;
  readonly addressBytes: bigint;
  readonly fileBytes: bigint;
  readonly alignment: bigint;
  readonly executable: boolean;
}

/** Code, where the file has it and where it goes in memory. */
export interface CodeRange {
  readonly offset: bigint;
  /** Link-time address. */
  readonly addressBytes: bigint;
  readonly sizeBytes: number;
}

/** Reads the program headers; `count` is the header's, or the first section's where it escapes. */
export async function readSegments(
  source: CheckedSource,
  header: ElfHeader,
  count: number,
): Promise<readonly Segment[]> {
  const { offset } = header.segments;
  if (offset === 0n) {
    return [];
  }
  if (count > MAX_SEGMENTS) {
    throw new MalformedElfError(`has ${count} segments, too many to be a plugin`);
  }
  const wide = header.format.wordBytes === 8;
  const entryBytes = wide ? 56 : 32;
  const bytes = await source.read(offset, BigInt(count * entryBytes), 'program headers');
  return Array.from({ length: count }, (_, index) => {
    const record = recordAt(bytes, index * entryBytes, header.format);
    return {
      type: record.word(0),
      offset: record.wide(wide ? 8 : 4),
      addressBytes: record.wide(wide ? 16 : 8),
      fileBytes: record.wide(wide ? 32 : 16),
      alignment: record.wide(wide ? 48 : 28),
      executable: (record.word(wide ? 4 : 24) & EXECUTABLE) !== 0,
    };
  });
}

/**
 * The link-time address of file offset 0. The dynamic linker keeps address and offset congruent
 * modulo the page size (gABI, "Program Loading"), so their difference is what a mapping of offset 0
 * begins at; a file that breaks this can't be loaded. Zero where nothing is loaded.
 */
export function firstLoadAddress(segments: readonly Segment[], wordBytes: 4 | 8): bigint {
  const load = segments.find((segment) => segment.type === SegmentType.load);
  if (load === undefined) {
    return 0n;
  }
  const start = BigInt.asUintN(8 * wordBytes, load.addressBytes - load.offset);
  return start - (start % PAGE_BYTES);
}

/** What is loaded to be executed; the dynamic linker leaves it as it is in the file. */
export function codeRanges(segments: readonly Segment[]): readonly CodeRange[] {
  return segments
    .filter(({ type, executable }) => type === SegmentType.load && executable)
    .map(({ offset, addressBytes, fileBytes }) => ({
      offset,
      addressBytes,
      sizeBytes: Number(fileBytes),
    }));
}
