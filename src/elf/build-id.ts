import type { WordFormat } from '../memory.js';
import { recordAt } from './record.js';
import { type OpenElf, type Section, SectionType } from './sections.js';
import { type Segment, SegmentType } from './segments.js';

const SHF_ALLOC = 2n;
const NT_GNU_BUILD_ID = 3;
const OWNER = Buffer.from('GNU\0', 'latin1');

/** Notes that are loaded take some hundred bytes; what lies beyond this is not looked at. */
const MAX_NOTE_BYTES = 4096n;

/** Where there are more places for notes than this, the rest is not looked at. */
const MAX_NOTE_RANGES = 64;

/** The linker's fingerprint of a file's contents; strip and objcopy keep it. */
export interface BuildIdNote {
  readonly hex: string;
  /** Link-time address of the fingerprint's bytes, to find them in the guest's memory. */
  readonly addressBytes: bigint;
  readonly sizeBytes: number;
}

interface NoteRange {
  readonly offset: bigint;
  readonly addressBytes: bigint;
  readonly sizeBytes: bigint;
  readonly alignment: bigint;
}

/**
 * Finds the build-id. Sections come first: in a separate debug file (objcopy --only-keep-debug)
 * the program headers are still those of the original and point at other bytes.
 */
export async function findBuildId(
  elf: OpenElf,
  segments: readonly Segment[],
): Promise<BuildIdNote | undefined> {
  for (const range of noteRanges(elf.sections, segments).slice(0, MAX_NOTE_RANGES)) {
    const length = range.sizeBytes < MAX_NOTE_BYTES ? range.sizeBytes : MAX_NOTE_BYTES;
    const bytes = await elf.source.read(range.offset, length, 'notes');
    const note = buildIdIn(bytes, range, elf.format);
    if (note !== undefined) {
      return note;
    }
  }
  return undefined;
}

/** Notes that are not loaded (annobin's) can be many, and a build-id is never among them. */
function noteRanges(
  sections: readonly Section[],
  segments: readonly Segment[],
): readonly NoteRange[] {
  if (sections.length > 0) {
    return sections.filter(
      ({ type, flags }) => type === SectionType.note && (flags & SHF_ALLOC) !== 0n,
    );
  }
  return segments
    .filter((segment) => segment.type === SegmentType.note)
    .map((segment) => ({ ...segment, sizeBytes: segment.fileBytes }));
}

/** Steps through notes (Elf_Nhdr: three words in either class) up to one that does not fit. */
function buildIdIn(bytes: Buffer, range: NoteRange, format: WordFormat): BuildIdNote | undefined {
  // gABI: 8 in 64-bit files, yet everyone aligns to 4 but for .note.gnu.property.
  const alignment = range.alignment === 8n ? 8 : 4;
  let at = 0;
  while (at + 12 <= bytes.length) {
    const record = recordAt(bytes, at, format);
    const nameBytes = record.word(0);
    const sizeBytes = record.word(4);
    const name = at + 12;
    const description = at + alignUp(12 + nameBytes, alignment);
    if (description + sizeBytes > bytes.length) {
      return undefined;
    }
    const isBuildId =
      record.word(8) === NT_GNU_BUILD_ID &&
      bytes.subarray(name, name + nameBytes).equals(OWNER) &&
      sizeBytes > 0;
    if (isBuildId) {
      return {
        hex: bytes.toString('hex', description, description + sizeBytes),
        addressBytes: BigInt.asUintN(
          8 * format.wordBytes,
          range.addressBytes + BigInt(description),
        ),
        sizeBytes,
      };
    }
    at = description + alignUp(sizeBytes, alignment);
  }
  return undefined;
}

/** Sizes of up to 2^32 - 1 must not wrap, so no bit operations. */
function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
