import type { WantedNames } from '../../src/elf/elf.js';
import type { WordFormat } from '../../src/memory.js';
import { buildElf, type ElfSpec, note, symbolSections } from './build-elf.js';

/** Every class with every byte order. */
export const FORMATS: readonly WordFormat[] = [
  { wordBytes: 4, byteOrder: 'little' },
  { wordBytes: 4, byteOrder: 'big' },
  { wordBytes: 8, byteOrder: 'little' },
  { wordBytes: 8, byteOrder: 'big' },
];

export const NAMES: WantedNames = {
  objects: new Set(['insn_count', 'inline_insn_count', 'counts', 'do_inline']),
  exports: new Set(['qemu_plugin_install', 'qemu_plugin_version', 'qemu_plugin_outs']),
};

export const BUILD_ID = Buffer.from('0123456789abcdef0123456789abcdef01234567', 'hex');

/** What a libinsn.so has that matters, in a file of about one kilobyte. */
export function sampleSpec(format: WordFormat): ElfSpec & Required<Pick<ElfSpec, 'sections'>> {
  return {
    format,
    segments: [
      { type: 1, offset: 0n, address: 0x10000n },
      { type: 1, offset: 0x2e10n, address: 0x13e10n },
    ],
    sections: [
      {
        name: '.note.gnu.property',
        type: 7,
        flags: 2n,
        address: 0x10300n,
        alignment: 8n,
        data: note(format, 'GNU', 5, Buffer.alloc(16), 8),
      },
      {
        name: '.note.gnu.build-id',
        type: 7,
        flags: 2n,
        address: 0x10338n,
        alignment: 4n,
        data: Buffer.concat([
          note(format, 'stapsdt', 3, Buffer.from('nope')),
          note(format, 'GNU', 3, BUILD_ID),
        ]),
      },
      ...symbolSections(format, 'symtab', [
        { name: 'insn.c', type: 4 },
        { name: 'insn_count', value: 0x4010n, size: 8n },
        { name: 'counts', value: 0x4040n, size: 64n },
        { name: 'do_inline', value: 0x4020n, size: 1n },
        { name: 'vcpu_insn_exec', value: 0x1139n, size: 20n, type: 2 },
      ]),
      ...symbolSections(format, 'dynsym', [
        { name: 'qemu_plugin_outs', type: 0, binding: 1, section: 0 },
        { name: 'qemu_plugin_install', type: 2, binding: 1, value: 0x1200n, size: 99n },
        { name: 'qemu_plugin_version', type: 1, binding: 1, value: 0x4000n, size: 4n },
      ]),
      { name: '.debug_info', type: 1, data: Buffer.from('dwarf') },
      { name: '.gnu_debuglink', type: 1, data: Buffer.from('libinsn.debug\0\0\0crc!') },
    ],
  };
}

/** The bytes of `sampleSpec`. */
export function sampleElf(format: WordFormat): Buffer {
  return buildElf(sampleSpec(format));
}
