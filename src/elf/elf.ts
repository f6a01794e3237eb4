import type { WordFormat } from '../memory.js';
import { type BuildIdNote, findBuildId } from './build-id.js';
import { CheckedSource, MalformedElfError } from './checked.js';
import { readHeader } from './header.js';
import { type OpenElf, readSections, type Section, SectionType } from './sections.js';
import { type CodeRange, codeRanges, firstLoadAddress, readSegments } from './segments.js';
import type { ByteSource } from './source.js';
import { type ElfSymbol, findExports, findObjects } from './symbols.js';

/** The names to look for: a file's symbols are too many to keep, and are its maker's to choose. */
export interface WantedNames {
  /** Variables, static ones too, of .symtab. */
  readonly objects: ReadonlySet<string>;
  /** What .dynsym offers, which no strip takes away. */
  readonly exports: ReadonlySet<string>;
}

/** What an ELF file tells about itself (gABI, elf(5)). */
export interface ElfFile extends WordFormat {
  /** `e_machine`; `machineName` has the names. */
  readonly machine: number;
  readonly buildId: BuildIdNote | undefined;
  /** Link-time address of file offset 0: the load bias is that mapping's start minus this. */
  readonly firstLoadAddress: bigint;
  /** .symtab is there: the file is not fully stripped. */
  readonly hasSymbolTable: boolean;
  /** The wanted variables that .symtab has, but for the ambiguous ones. */
  readonly objects: ReadonlyMap<string, ElfSymbol>;
  /** Wanted names that several variables have: which one is meant can't be told. */
  readonly ambiguousObjects: ReadonlySet<string>;
  /** The wanted names that .dynsym exports. */
  readonly exports: ReadonlySet<string>;
}

/**
 * Reads an ELF file of either class and byte order. The file is not trusted: whatever is wrong
 * with it is a `MalformedElfError`, and what it costs to find out is limited.
 */
export async function readElf(unchecked: ByteSource, wanted: WantedNames): Promise<ElfFile> {
  const source = new CheckedSource(unchecked);
  const header = await readHeader(source);
  const { format } = header;
  const sections = await readSections(source, header);
  const elf: OpenElf = { source, format, sections: sections.all };
  const segments = await readSegments(source, header, sections.segmentCount);
  const symtab = onlyOne(sections.all, SectionType.symtab, '.symtab');
  const dynsym = onlyOne(sections.all, SectionType.dynsym, '.dynsym');
  return {
    ...format,
    machine: header.machine,
    buildId: await findBuildId(elf, segments),
    firstLoadAddress: firstLoadAddress(segments, format.wordBytes),
    hasSymbolTable: symtab !== undefined,
    ...(await findObjects(elf, symtab, wanted.objects)),
    exports: await findExports(elf, dynsym, wanted.exports),
  };
}

/** Variables of a program, and where in memory they would be if it were loaded as it was linked. */
export interface ProgramVariables extends WordFormat {
  /** Where it begins. */
  readonly entry: bigint;
  /** Of .dynsym, which no strip takes away, and else of .symtab. */
  readonly variables: ReadonlyMap<string, ElfSymbol>;
}

/** Looks for some variables of a program, which other objects may use; errors as of `readElf`. */
export async function readProgramVariables(
  unchecked: ByteSource,
  names: ReadonlySet<string>,
): Promise<ProgramVariables> {
  const source = new CheckedSource(unchecked);
  const header = await readHeader(source);
  const { format } = header;
  const sections = await readSections(source, header);
  const elf: OpenElf = { source, format, sections: sections.all };
  const symtab = onlyOne(sections.all, SectionType.symtab, '.symtab');
  const dynsym = onlyOne(sections.all, SectionType.dynsym, '.dynsym');
  const exported = (await findObjects(elf, dynsym, names)).objects;
  const rest = new Set([...names].filter((name) => !exported.has(name)));
  return {
    ...format,
    entry: header.entry,
    variables: new Map([...exported, ...(await findObjects(elf, symtab, rest)).objects]),
  };
}

/** The code of a file; errors as of `readElf`. */
export async function readCode(unchecked: ByteSource): Promise<readonly CodeRange[]> {
  const source = new CheckedSource(unchecked);
  const header = await readHeader(source);
  const { segmentCount } = await readSections(source, header);
  return codeRanges(await readSegments(source, header, segmentCount));
}

/** gABI: a file has at most one section of these types. With two, readers would disagree. */
function onlyOne(sections: readonly Section[], type: number, name: string): Section | undefined {
  const [first, second] = sections.filter((section) => section.type === type);
  if (second !== undefined) {
    throw new MalformedElfError(`has more than one ${name}`);
  }
  return first;
}
