import type { WordFormat } from '../../src/memory.js';

/** A symbol of a hand-made file. `name` may be an offset into the string table, true or not. */
export interface SymbolSpec {
  readonly name: string | number;
  readonly value?: bigint;
  readonly size?: bigint;
  /** STT_*; 1 is an object, 2 a function. */
  readonly type?: number;
  /** STB_*; 0 is local, 1 global. */
  readonly binding?: number;
  readonly visibility?: number;
  /** 0 is SHN_UNDEF: an import. */
  readonly section?: number;
}

/** A section of a hand-made file; offset and size are laid out unless they are given. */
export interface SectionSpec {
  readonly name: string;
  readonly type: number;
  readonly data?: Buffer;
  readonly flags?: bigint;
  readonly address?: bigint;
  readonly link?: string | number;
  readonly entryBytes?: bigint;
  readonly alignment?: bigint;
  readonly offset?: bigint;
  readonly size?: bigint;
}

export interface SegmentSpec {
  readonly type: number;
  readonly offset: bigint;
  readonly address: bigint;
  readonly fileBytes?: bigint;
  readonly alignment?: bigint;
}

/** The parts of a hand-made file; header fields can be set to what they should not be. */
export interface ElfSpec {
  readonly format: WordFormat;
  readonly type?: number;
  readonly machine?: number;
  readonly sections?: readonly SectionSpec[];
  readonly segments?: readonly SegmentSpec[];
  /** Writes counts as gABI's escapes: into the first section's fields. */
  readonly extendedNumbering?: boolean;
  readonly sectionCount?: number;
  readonly sectionOffset?: bigint;
  readonly sectionEntryBytes?: number;
  readonly segmentEntryBytes?: number;
  readonly firstSectionSize?: bigint;
}

/** Collects the fields of one structure. */
class Fields {
  readonly #format: WordFormat;
  readonly #parts: Buffer[] = [];

  constructor(format: WordFormat) {
    this.#format = format;
  }

  #add(sizeBytes: number, value: bigint): this {
    const bytes = Buffer.alloc(sizeBytes);
    for (let index = 0; index < sizeBytes; index++) {
      const at = this.#format.byteOrder === 'little' ? index : sizeBytes - 1 - index;
      bytes[at] = Number((value >> BigInt(8 * index)) & 0xffn);
    }
    this.#parts.push(bytes);
    return this;
  }

  byte(value: number): this {
    return this.#add(1, BigInt(value));
  }

  half(value: number): this {
    return this.#add(2, BigInt(value));
  }

  word(value: number): this {
    return this.#add(4, BigInt(value));
  }

  wide(value: bigint): this {
    return this.#add(this.#format.wordBytes, value);
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** Names with a NUL behind each and one in front, and where each begins. */
export function stringTable(names: readonly string[]): {
  data: Buffer;
  offsets: ReadonlyMap<string, number>;
} {
  const offsets = new Map<string, number>();
  let data = Buffer.from('\0');
  for (const name of names) {
    offsets.set(name, data.length);
    data = Buffer.concat([data, Buffer.from(`${name}\0`)]);
  }
  return { data, offsets };
}

/** A symbol table and its string table, as two sections. */
export function symbolSections(
  format: WordFormat,
  kind: 'symtab' | 'dynsym',
  symbols: readonly SymbolSpec[],
): readonly SectionSpec[] {
  const names = symbols.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  const strings = stringTable(names);
  const entries = symbols.map((symbol) => symbolEntry(format, symbol, strings.offsets));
  const stringsName = kind === 'symtab' ? '.strtab' : '.dynstr';
  return [
    {
      name: `.${kind}`,
      type: kind === 'symtab' ? 2 : 11,
      data: Buffer.concat([symbolEntry(format, { name: 0, type: 0 }, new Map()), ...entries]),
      link: stringsName,
      entryBytes: format.wordBytes === 8 ? 24n : 16n,
    },
    { name: stringsName, type: 3, data: strings.data },
  ];
}

function symbolEntry(
  format: WordFormat,
  symbol: SymbolSpec,
  offsets: ReadonlyMap<string, number>,
): Buffer {
  const { name, value = 0n, size = 0n, type = 1, binding = 0 } = symbol;
  const nameOffset = typeof name === 'number' ? name : (offsets.get(name) ?? 0);
  const fields = new Fields(format).word(nameOffset);
  const rest = (to: Fields) =>
    to
      .byte((binding << 4) | type)
      .byte(symbol.visibility ?? 0)
      .half(symbol.section ?? 1);
  return format.wordBytes === 8
    ? rest(fields).wide(value).wide(size).bytes
    : rest(fields.wide(value).wide(size)).bytes;
}

/** One note (Elf_Nhdr). */
export function note(
  format: WordFormat,
  owner: string,
  type: number,
  description: Buffer,
  alignment = 4,
): Buffer {
  const name = Buffer.from(`${owner}\0`);
  const head = new Fields(format).word(name.length).word(description.length).word(type).bytes;
  return padded(
    Buffer.concat([padded(Buffer.concat([head, name]), alignment), description]),
    alignment,
  );
}

function padded(bytes: Buffer, alignment: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((alignment - (bytes.length % alignment)) % alignment)]);
}

/** Lays out a file: header, program headers, contents of the sections, section headers. */
export function buildElf(spec: ElfSpec): Buffer {
  const { format, segments = [] } = spec;
  const wide = format.wordBytes === 8;
  const all: SectionSpec[] =
    spec.sections === undefined
      ? []
      : [{ name: '', type: 0 }, ...spec.sections, { name: '.shstrtab', type: 3 }];
  const names = stringTable(all.map(({ name }) => name).filter((name) => name !== ''));
  const headerBytes = wide ? 64 : 52;
  const segmentBytes = wide ? 56 : 32;
  const sectionBytes = wide ? 64 : 40;

  let offset = headerBytes + segments.length * segmentBytes;
  const contents: Buffer[] = [];
  const headers: Buffer[] = [];
  const shared = spec.extendedNumbering === true;
  all.forEach((section, index) => {
    const data = section.name === '.shstrtab' ? names.data : (section.data ?? Buffer.alloc(0));
    const size = index === 0 ? (spec.firstSectionSize ?? 0n) : BigInt(data.length);
    const link =
      typeof section.link === 'string'
        ? all.findIndex(({ name }) => name === section.link)
        : (section.link ?? 0);
    headers.push(
      new Fields(format)
        .word(names.offsets.get(section.name) ?? 0)
        .word(section.type)
        .wide(section.flags ?? 0n)
        .wide(section.address ?? 0n)
        .wide(section.offset ?? BigInt(offset))
        .wide(index === 0 && shared ? BigInt(all.length) : (section.size ?? size))
        .word(index === 0 && shared ? all.length - 1 : link)
        .word(index === 0 && shared ? segments.length : 0)
        .wide(section.alignment ?? 1n)
        .wide(section.entryBytes ?? 0n).bytes,
    );
    contents.push(data);
    offset += data.length;
  });

  const ident = Buffer.alloc(16);
  ident.write('\x7fELF', 'latin1');
  ident[4] = wide ? 2 : 1;
  ident[5] = format.byteOrder === 'little' ? 1 : 2;
  ident[6] = 1;
  const header = new Fields(format)
    .half(spec.type ?? 3)
    .half(spec.machine ?? 62)
    .word(1)
    .wide(0n)
    .wide(segments.length > 0 ? BigInt(headerBytes) : 0n)
    .wide(spec.sectionOffset ?? (all.length > 0 ? BigInt(offset) : 0n))
    .word(0)
    .half(headerBytes)
    .half(spec.segmentEntryBytes ?? segmentBytes)
    .half(shared ? 0xffff : segments.length)
    .half(spec.sectionEntryBytes ?? sectionBytes)
    .half(spec.sectionCount ?? (shared ? 0 : all.length))
    .half(shared ? 0xffff : Math.max(0, all.length - 1)).bytes;
  const programHeaders = segments.map((segment) => segmentEntry(format, segment));
  return Buffer.concat([ident, header, ...programHeaders, ...contents, ...headers]);
}

function segmentEntry(format: WordFormat, segment: SegmentSpec): Buffer {
  const { type, offset, address, fileBytes = 0n, alignment = 4096n } = segment;
  const fields = new Fields(format).word(type);
  const addresses = (to: Fields) =>
    to.wide(offset).wide(address).wide(address).wide(fileBytes).wide(fileBytes);
  return format.wordBytes === 8
    ? addresses(fields.word(5)).wide(alignment).bytes
    : addresses(fields).word(5).wide(alignment).bytes;
}
