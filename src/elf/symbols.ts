import { MalformedElfError } from './checked.js';
import { recordAt, wordAt } from './record.js';
import type { OpenElf, Section } from './sections.js';
import { readStringTable } from './strings.js';

const STT_OBJECT = 1;
const STB_LOCAL = 0;
const STV_INTERNAL = 1;
const STV_HIDDEN = 2;
const SHN_UNDEF = 0;

const ENTRIES_PER_READ = 16_384n;

/** A variable: where it lies before the file is loaded, and how large it is. */
export interface ElfSymbol {
  readonly addressBytes: bigint;
  readonly sizeBytes: number;
}

/** The variables that were asked for, as far as a symbol table has them. */
export interface FoundObjects {
  readonly objects: ReadonlyMap<string, ElfSymbol>;
  /** Names that several variables have: static ones of different source files. */
  readonly ambiguousObjects: ReadonlySet<string>;
}

/** A symbol whose name is one of those asked for. */
interface FoundSymbol extends ElfSymbol {
  readonly name: string;
  readonly type: number;
  readonly binding: number;
  readonly visibility: number;
}

/** The variables (STT_OBJECT) of a symbol table that have one of `names`. */
export async function findObjects(
  elf: OpenElf,
  table: Section | undefined,
  names: ReadonlySet<string>,
): Promise<FoundObjects> {
  const objects = new Map<string, ElfSymbol>();
  const ambiguousObjects = new Set<string>();
  await eachNamed(elf, table, names, ({ name, type, addressBytes, sizeBytes }) => {
    if (type !== STT_OBJECT) {
      return;
    }
    if (ambiguousObjects.has(name) || objects.delete(name)) {
      ambiguousObjects.add(name);
      return;
    }
    objects.set(name, { addressBytes, sizeBytes });
  });
  return { objects, ambiguousObjects };
}

/** Which of `names` a dynamic symbol table offers to other objects. */
export async function findExports(
  elf: OpenElf,
  table: Section | undefined,
  names: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const exports = new Set<string>();
  await eachNamed(elf, table, names, (symbol) => {
    const { binding, visibility } = symbol;
    if (binding !== STB_LOCAL && visibility !== STV_INTERNAL && visibility !== STV_HIDDEN) {
      exports.add(symbol.name);
    }
  });
  return exports;
}

/** Calls `visit` with each defined symbol that has one of `names`; undefined ones are imports. */
async function eachNamed(
  elf: OpenElf,
  table: Section | undefined,
  names: ReadonlySet<string>,
  visit: (symbol: FoundSymbol) => void,
): Promise<void> {
  if (table === undefined || names.size === 0) {
    return;
  }
  const { source, format, sections } = elf;
  const wide = format.wordBytes === 8;
  const entryBytes = wide ? 24 : 16;
  if (table.entryBytes !== BigInt(entryBytes)) {
    throw new MalformedElfError(
      `has symbols of ${table.entryBytes} bytes, where ${entryBytes} were expected`,
    );
  }
  source.checkRange(table.offset, table.sizeBytes, 'symbols');
  const strings = await readStringTable(source, sections, table.link, 'symbol names');
  const wanted = byFirstByte(names);
  const count = table.sizeBytes / BigInt(entryBytes);

  for (let start = 0n; start < count; start += ENTRIES_PER_READ) {
    const rest = count - start;
    const part = rest < ENTRIES_PER_READ ? rest : ENTRIES_PER_READ;
    const bytes = await source.read(
      table.offset + start * BigInt(entryBytes),
      part * BigInt(entryBytes),
      'symbols',
    );
    for (let base = 0; base < bytes.length; base += entryBytes) {
      // QEMU has tens of thousands of them: most are told by one byte.
      const nameOffset = wordAt(bytes, base, format);
      const candidates = wanted.get(strings.byteAt(nameOffset));
      const match = candidates?.find((candidate) => strings.holdsAt(nameOffset, candidate.bytes));
      if (match === undefined) {
        continue;
      }
      const record = recordAt(bytes, base, format);
      if (record.half(wide ? 6 : 14) === SHN_UNDEF) {
        continue;
      }
      const info = bytes.readUInt8(base + (wide ? 4 : 12));
      visit({
        name: match.name,
        type: info & 0xf,
        binding: info >> 4,
        visibility: bytes.readUInt8(base + (wide ? 5 : 13)) & 3,
        addressBytes: record.wide(wide ? 8 : 4),
        sizeBytes: checkedSize(record.wide(wide ? 16 : 8), match.name),
      });
    }
  }
}

/** A name, and what a string table has of it. */
interface WantedName {
  readonly name: string;
  readonly bytes: Buffer;
}

function byFirstByte(
  names: ReadonlySet<string>,
): ReadonlyMap<number | undefined, readonly WantedName[]> {
  const groups = new Map<number | undefined, WantedName[]>();
  for (const name of names) {
    const bytes = Buffer.from(`${name}\0`, 'utf8');
    groups.set(bytes[0], [...(groups.get(bytes[0]) ?? []), { name, bytes }]);
  }
  return groups;
}

/** `st_size` has 64 bits, and no memory has a variable that needs more than 53. */
function checkedSize(sizeBytes: bigint, name: string): number {
  if (sizeBytes > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new MalformedElfError(`has a symbol ${name} of ${sizeBytes} bytes`);
  }
  return Number(sizeBytes);
}
