import { type CheckedSource, MalformedElfError } from './checked.js';
import { type Section, SectionType } from './sections.js';

/**
 * A string table section, asked only whether a known name is at an offset. Decoding whatever a
 * crafted file has there would let it choose how much is copied.
 */
export class StringTable {
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The byte at `offset`; beyond the table there is nothing. */
  byteAt(offset: number): number | undefined {
    return this.#bytes[offset];
  }

  /** Whether `name`, which ends in NUL, is at `offset`. Beyond the table there is nothing. */
  holdsAt(offset: number, name: Buffer): boolean {
    const end = offset + name.length;
    return (
      end <= this.#bytes.length &&
      this.#bytes[offset] === name[0] &&
      this.#bytes.compare(name, 0, name.length, offset, end) === 0
    );
  }
}

/** Reads section `index` as a string table. `what` is plural, for messages. */
export async function readStringTable(
  source: CheckedSource,
  sections: readonly Section[],
  index: number,
  what: string,
): Promise<StringTable> {
  const section = sections[index];
  if (section === undefined || section.type !== SectionType.strtab) {
    throw new MalformedElfError(`has its ${what} in section ${index}, which is no string table`);
  }
  return new StringTable(await source.read(section.offset, section.sizeBytes, what));
}
