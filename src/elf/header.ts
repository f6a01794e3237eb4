import type { WordFormat } from '../memory.js';
import { type CheckedSource, MalformedElfError } from './checked.js';
import { recordAt } from './record.js';

const MAGIC = Buffer.from('\x7fELF', 'latin1');
const IDENT_BYTES = 16n; // EI_NIDENT
const EI_CLASS = 4;
const EI_DATA = 5;

/** Where a table lies in the file. */
export interface TableLocation {
  readonly offset: bigint;
  readonly count: number;
}

/** The file header (Elf32_Ehdr, Elf64_Ehdr), as it is written: counts may be escapes. */
export interface ElfHeader {
  readonly format: WordFormat;
  /** `e_machine`. */
  readonly machine: number;
  /** `e_entry`: where a program begins, as it was linked. */
  readonly entry: bigint;
  readonly segments: TableLocation;
  readonly sections: TableLocation;
}

/** Reads the file header, which tells the class and the byte order of all the rest. */
export async function readHeader(source: CheckedSource): Promise<ElfHeader> {
  const format = await readFormat(source);
  const wide = format.wordBytes === 8;
  const bytes = await source.read(0n, wide ? 64n : 52n, 'file headers');
  const record = recordAt(bytes, 0, format);
  const tail = wide ? 54 : 42; // e_phentsize, from which on both classes agree
  const header: ElfHeader = {
    format,
    machine: record.half(18),
    entry: record.wide(24),
    segments: { offset: record.wide(wide ? 32 : 28), count: record.half(tail + 2) },
    sections: { offset: record.wide(wide ? 40 : 32), count: record.half(tail + 6) },
  };
  if (header.segments.offset !== 0n && header.segments.count > 0) {
    checkEntrySize('program headers', record.half(tail), wide ? 56 : 32);
  }
  if (header.sections.offset !== 0n) {
    checkEntrySize('section headers', record.half(tail + 4), wide ? 64 : 40);
  }
  return header;
}

async function readFormat(source: CheckedSource): Promise<WordFormat> {
  if (source.sizeBytes === 0) {
    throw new MalformedElfError('is empty');
  }
  const start = await source.read(
    0n,
    BigInt(Math.min(MAGIC.length, source.sizeBytes)),
    'file headers',
  );
  if (!start.equals(MAGIC)) {
    const hex = [...start].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new MalformedElfError(`is no ELF file (starts with ${hex})`);
  }
  const ident = await source.read(0n, IDENT_BYTES, 'file headers');
  const elfClass = ident[EI_CLASS];
  const data = ident[EI_DATA];
  if (elfClass !== 1 && elfClass !== 2) {
    throw new MalformedElfError(`is of unknown ELF class ${elfClass}`);
  }
  if (data !== 1 && data !== 2) {
    throw new MalformedElfError(`is of unknown byte order ${data}`);
  }
  return { wordBytes: elfClass === 2 ? 8 : 4, byteOrder: data === 1 ? 'little' : 'big' };
}

/** The gABI lets entries grow; none ever did, and the dynamic linker refuses other sizes too. */
function checkEntrySize(what: string, actual: number, expected: number): void {
  if (actual !== expected) {
    throw new MalformedElfError(`has ${what} of ${actual} bytes, where ${expected} were expected`);
  }
}

/** Names of `e_machine` (elf.h, EM_*) for the hosts that QEMU runs on. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [2, 'sparc'],
  [3, 'i386'],
  [8, 'mips'],
  [20, 'ppc'],
  [21, 'ppc64'],
  [22, 's390x'],
  [40, 'arm'],
  [43, 'sparc64'],
  [62, 'x86-64'],
  [183, 'aarch64'],
  [243, 'riscv'],
  [258, 'loongarch'],
]);

/** The architecture that an ELF file is for, as a message names it. */
export function machineName(machine: number): string {
  return NAMES.get(machine) ?? `machine 0x${machine.toString(16)}`;
}
