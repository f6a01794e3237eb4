import type { ElfFile } from '../elf/elf.js';
import type { Memory, MemoryRange, MemorySnapshot } from '../layout/layout.js';
import type { Clock, MonotonicNs } from '../sampler/clock.js';
import { readMemory } from './memory.js';
import type { GdbSession } from './session.js';

/** After this much idleness gdb, the pipes and we have gone cold: a read takes 0.5 ms, not 0.06. */
const COLD_AFTER_NS = 2_000_000n;

/** The guest's memory through gdb, with the window of time in which it was read. */
export class GuestMemory implements Memory {
  readonly wordBytes: 4 | 8;
  readonly byteOrder: 'little' | 'big';
  readonly #session: GdbSession;
  readonly #clock: Clock;
  #lastAnswer: MonotonicNs = 0n;

  constructor(session: GdbSession, elf: ElfFile, clock: Clock) {
    this.#session = session;
    this.#clock = clock;
    this.wordBytes = elf.wordBits === 64 ? 8 : 4;
    this.byteOrder = elf.byteOrder;
  }

  async read(ranges: readonly MemoryRange[]): Promise<MemorySnapshot> {
    if (this.#clock.now() - this.#lastAnswer > COLD_AFTER_NS) {
      // Thrown away: it warms the way for the one that counts, and so narrows its window.
      await readMemory(this.#session, ranges.slice(0, 1));
    }
    const sent = this.#clock.now();
    const pieces = await readMemory(this.#session, ranges);
    this.#lastAnswer = this.#session.heardAt;
    const window = this.#lastAnswer - sent;
    return { pieces, takenAt: sent + window / 2n, windowNs: Number(window) };
  }
}
