import type { Memory, MemoryRange } from '../../src/memory.js';

/** A process's memory, made of pieces. */
export class ProcessMemory implements Memory {
  readonly wordBytes: 4 | 8;
  readonly byteOrder: 'little' | 'big';
  readonly #pieces = new Map<bigint, Buffer>();
  /** Called before each range is read: what happens in between. */
  beforeRange: (range: MemoryRange) => void = () => {};
  /** Ranges asked for, in order. */
  readonly asked: MemoryRange[] = [];

  constructor(wordBytes: 4 | 8 = 8, byteOrder: 'little' | 'big' = 'little') {
    this.wordBytes = wordBytes;
    this.byteOrder = byteOrder;
  }

  /** Puts numbers of the given sizes there, in the memory's byte order. */
  put(address: bigint, ...numbers: readonly (readonly [value: bigint, bytes: 4 | 8])[]): void {
    const parts = numbers.map(([value, bytes]) => {
      const little = Buffer.alloc(8);
      little.writeBigUInt64LE(value);
      const part = little.subarray(0, bytes);
      return this.byteOrder === 'little' ? part : part.reverse();
    });
    this.#pieces.set(address, Buffer.concat(parts));
  }

  putWord(address: bigint, ...values: readonly bigint[]): void {
    this.put(address, ...values.map((value) => [value, this.wordBytes] as const));
  }

  putCounters(address: bigint, ...values: readonly bigint[]): void {
    this.put(address, ...values.map((value) => [value, 8] as const));
  }

  free(address: bigint): void {
    this.#pieces.delete(address);
  }

  async read(ranges: readonly MemoryRange[]) {
    const pieces = ranges.map((range) => {
      this.asked.push(range);
      this.beforeRange(range);
      return this.#at(range);
    });
    return { pieces, takenAt: 1n, windowNs: 2 };
  }

  #at({ address, lengthBytes }: MemoryRange): Buffer | undefined {
    for (const [start, bytes] of this.#pieces) {
      const offset = Number(address - start);
      if (offset >= 0 && offset + lengthBytes <= bytes.length) {
        return Buffer.from(bytes.subarray(offset, offset + lengthBytes));
      }
    }
    return undefined;
  }
}
