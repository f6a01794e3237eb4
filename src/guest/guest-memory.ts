import type { Clock } from '../clock.js';
import type { ElfFile } from '../elf/elf.js';
import { readMemory } from '../gdb/memory.js';
import type { GdbSession } from '../gdb/session.js';
import type { Memory, MemoryRange, MemorySnapshot } from '../memory/memory.js';

/** The guest's memory through gdb, with the window of time in which it was read. */
export class GuestMemory implements Memory {
  readonly wordBytes: 4 | 8;
  readonly byteOrder: 'little' | 'big';
  readonly #session: GdbSession;
  readonly #clock: Clock;

  constructor(session: GdbSession, elf: ElfFile, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
    this.wordBytes = elf.wordBits === 64 ? 8 : 4;
    this.byteOrder = elf.byteOrder;
  }

  async read(ranges: readonly MemoryRange[]): Promise<MemorySnapshot> {
    const sent = this.#clock.now();
    const pieces = await readMemory(this.#session, ranges);
    const window = this.#session.heardAt - sent;
    return { pieces, takenAt: sent + window / 2n, windowNs: Number(window) };
  }
}
