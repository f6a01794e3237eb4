import { describe, expect, test } from 'vitest';
import { MalformedElfError } from '../../src/elf/checked.js';
import { readElf, type WantedNames } from '../../src/elf/elf.js';
import {
  buildElf,
  type ElfSpec,
  note,
  type SectionSpec,
  type SymbolSpec,
  symbolSections,
} from './build-elf.js';
import { memorySource } from './memory-source.js';
import { BUILD_ID, FORMATS, NAMES, sampleElf, sampleSpec } from './sample.js';

const read = (bytes: Buffer, names: WantedNames = NAMES) => readElf(memorySource(bytes), names);

describe.each(FORMATS)('$wordBytes bytes a word, $byteOrder-endian', (format) => {
  const sample = sampleSpec(format);
  const wide = format.wordBytes === 8;

  /** The sample with one section exchanged. */
  const withSection = (name: string, change: Partial<SectionSpec>): Buffer =>
    buildElf({
      ...sample,
      sections: sample.sections.map((section) =>
        section.name === name ? { ...section, ...change } : section,
      ),
    });
  const withSymbols = (...symbols: readonly SymbolSpec[]): Buffer =>
    buildElf({ format, sections: symbolSections(format, 'symtab', symbols) });

  test('everything about a plugin is read', async () => {
    expect(await read(sampleElf(format))).toEqual({
      ...format,
      machine: 62,
      // Behind the other note (12 + 8 + 4 bytes), its own header (12) and owner (4).
      buildId: { hex: BUILD_ID.toString('hex'), addressBytes: 0x10338n + 40n, sizeBytes: 20 },
      firstLoadAddress: 0x10000n,
      hasSymbolTable: true,
      objects: new Map([
        ['insn_count', { addressBytes: 0x4010n, sizeBytes: 8 }],
        ['counts', { addressBytes: 0x4040n, sizeBytes: 64 }],
        ['do_inline', { addressBytes: 0x4020n, sizeBytes: 1 }],
      ]),
      ambiguousObjects: new Set(),
      exports: new Set(['qemu_plugin_install', 'qemu_plugin_version']),
    });
  });

  test('cut short anywhere, it is refused', async () => {
    const whole = sampleElf(format);
    for (let length = 0; length < whole.length; length++) {
      const outcome = await read(whole.subarray(0, length)).catch((error: unknown) => error);
      expect(outcome, `${length} bytes`).toBeInstanceOf(MalformedElfError);
    }
  });

  test('a name that two variables have is ambiguous, however often more it is found', async () => {
    for (const copies of [2, 3, 4]) {
      const same = Array.from({ length: copies }, (_, index) => ({
        name: 'counts',
        value: BigInt(index * 64),
        size: 64n,
      }));
      const elf = await read(withSymbols(...same, { name: 'do_inline', size: 1n }));
      expect([...elf.objects.keys()]).toEqual(['do_inline']);
      expect(elf.ambiguousObjects).toEqual(new Set(['counts']));
    }
  });

  test('functions, imports and names that only begin or end alike are no variables', async () => {
    const elf = await read(
      withSymbols(
        { name: 'counts', type: 2 },
        { name: 'insn_count', section: 0 },
        { name: 'do_inline_more', size: 1n },
        { name: 'my_inline_insn_count', size: 8n },
      ),
    );
    expect(elf.objects).toEqual(new Map());
    expect(elf.ambiguousObjects).toEqual(new Set());
  });

  test('a name can be the end of a longer one, as linkers lay them out', async () => {
    // .strtab is "\0inline_insn_count\0": offset 8 is "insn_count".
    const elf = await read(
      withSymbols(
        { name: 'inline_insn_count', value: 1n, size: 8n },
        { name: 8, value: 2n, size: 16n },
      ),
    );
    expect(elf.objects.get('insn_count')).toEqual({ addressBytes: 2n, sizeBytes: 16 });
  });

  test('a symbol name beyond its table is no name', async () => {
    const elf = await read(
      withSymbols({ name: 0xffff_ffff, size: 8n }, { name: 'counts', size: 64n }),
    );
    expect([...elf.objects.keys()]).toEqual(['counts']);
  });

  test('a string table that does not end in NUL has no last name', async () => {
    const [table, strings] = symbolSections(format, 'symtab', [{ name: 'counts', size: 64n }]);
    if (table === undefined || strings?.data === undefined) {
      throw new Error('symbolSections makes two sections');
    }
    const cut = { ...strings, data: strings.data.subarray(0, -1) };
    expect((await read(buildElf({ format, sections: [table, cut] }))).objects.size).toBe(0);
  });

  test('only what other objects can link to is exported', async () => {
    const elf = await read(
      buildElf({
        format,
        sections: symbolSections(format, 'dynsym', [
          { name: 'qemu_plugin_install', binding: 0 },
          { name: 'qemu_plugin_version', binding: 1, visibility: 2 },
          { name: 'qemu_plugin_outs', binding: 2 },
        ]),
      }),
    );
    expect(elf.exports).toEqual(new Set(['qemu_plugin_outs']));
  });

  test('a symbol table that nobody asks about is not read', async () => {
    const bytes = withSection('.symtab', { entryBytes: 1n, link: 9999 });
    const elf = await read(bytes, { objects: new Set(), exports: NAMES.exports });
    expect(elf.hasSymbolTable).toBe(true);
    expect(elf.exports.has('qemu_plugin_install')).toBe(true);
  });

  test('counts that do not fit the header are in the first section', async () => {
    const extended = await read(buildElf({ ...sample, extendedNumbering: true }));
    expect(extended).toEqual(await read(sampleElf(format)));
  });

  test('without section headers the build-id is in the segments', async () => {
    const notes = note(format, 'GNU', 3, BUILD_ID);
    const head = (wide ? 64 : 52) + 2 * (wide ? 56 : 32);
    const bytes = buildElf({
      format,
      segments: [
        { type: 1, offset: 0n, address: 0x400000n },
        { type: 4, offset: BigInt(head), address: 0x400100n, fileBytes: BigInt(notes.length) },
      ],
    });
    const elf = await read(Buffer.concat([bytes, notes]));
    expect(elf.buildId).toEqual({
      hex: BUILD_ID.toString('hex'),
      addressBytes: 0x400110n,
      sizeBytes: 20,
    });
    expect(elf).toMatchObject({
      firstLoadAddress: 0x400000n,
      hasSymbolTable: false,
    });
  });

  test.each([
    [
      'whose description is longer than its section',
      note(format, 'GNU', 3, BUILD_ID).subarray(0, -1),
    ],
    ['whose header is cut', Buffer.alloc(11)],
    ['whose sizes are all ones', Buffer.alloc(16, 0xff)],
    ['with an empty description', note(format, 'GNU', 3, Buffer.alloc(0))],
  ])('a note %s is no build-id', async (_, data) => {
    expect((await read(withSection('.note.gnu.build-id', { data }))).buildId).toBeUndefined();
  });

  test.each([
    ['begins in the middle of the file', { offset: 0x2e10n, address: 0x403e10n }, 0x401000n],
    ['is not aligned', { offset: 0n, address: 0x400123n }, 0x400000n],
    [
      'lies below its offset',
      { offset: 0x2000n, address: 0x1000n },
      BigInt.asUintN(8 * format.wordBytes, -0x1000n),
    ],
  ])('the first segment that %s', async (_, segment, expected) => {
    const bytes = buildElf({
      format,
      segments: [
        { type: 6, offset: 64n, address: 64n },
        { type: 1, ...segment },
      ],
    });
    expect((await read(bytes)).firstLoadAddress).toBe(expected);
  });

  const huge = wide ? 1n << 63n : 0xffff_fff0n;
  const lies: readonly [what: string, bytes: Buffer, reason: RegExp][] = [
    [
      'section headers far away',
      bad({ sectionOffset: huge }),
      /^is cut short: section headers end/,
    ],
    ['65,535 sections', bad({ sectionCount: 65_535 }), /^is cut short: section headers end/],
    [
      'more sections than any plugin has',
      bad({ sectionCount: 0, firstSectionSize: 100_001n }),
      /^has 100001 sections, too many/,
    ],
    ['2^63 sections', bad({ sectionCount: 0, firstSectionSize: huge }), /sections, too many/],
    ['small section headers', bad({ sectionEntryBytes: 8 }), /^has section headers of 8 bytes/],
    [
      'no size of section headers',
      bad({ sectionEntryBytes: 0 }),
      /^has section headers of 0 bytes/,
    ],
    ['odd program headers', bad({ segmentEntryBytes: 1 }), /^has program headers of 1 bytes/],
    ['symbols far away', withSection('.symtab', { offset: huge }), /^is cut short: symbols end/],
    ['2^63 symbols', withSection('.symtab', { size: huge }), /^is cut short: symbols end/],
    ['symbols of no size', withSection('.symtab', { entryBytes: 0n }), /^has symbols of 0 bytes/],
    ['huge symbols', withSection('.symtab', { entryBytes: huge }), /^has symbols of \d+ bytes/],
    [
      'symbols without names',
      withSection('.symtab', { link: 0 }),
      /^has its symbol names in section 0/,
    ],
    [
      'names in no section',
      withSection('.symtab', { link: 9999 }),
      /section 9999, which is no string/,
    ],
    ['names far away', withSection('.strtab', { offset: huge }), /^is cut short: symbol names end/],
    ['2^63 bytes of names', withSection('.strtab', { size: huge }), /^is cut short: symbol names/],
    [
      'names of exports far away',
      withSection('.dynstr', { offset: huge }),
      /^is cut short: symbol names/,
    ],
    [
      'notes far away',
      withSection('.note.gnu.build-id', { offset: huge }),
      /^is cut short: notes end/,
    ],
    ['two symbol tables', withSection('.dynsym', { type: 2 }), /^has more than one \.symtab/],
  ];
  function bad(change: Partial<ElfSpec>): Buffer {
    return buildElf({ ...sample, ...change });
  }
  test.each(lies)('%s are refused', async (_, bytes, reason) => {
    const error = await read(bytes).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(MalformedElfError);
    expect(error).toMatchObject({ reason: expect.stringMatching(reason) });
  });
});
