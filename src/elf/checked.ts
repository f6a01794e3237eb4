import type { ByteSource } from './source.js';

/**
 * The most that is held in memory of one table. A sparse file costs its maker nothing, so a size
 * that lies within the file is not yet a size to allocate.
 */
const MAX_TABLE_BYTES = 64 * 1024 * 1024;

/** The most that is read of one file in all; QEMU's own symbols with everything in are 20 MiB. */
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;

/** Reads of a file whose every offset and size may be a lie. */
export class CheckedSource {
  readonly #source: ByteSource;
  #totalBytes = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get sizeBytes(): number {
    return this.#source.sizeBytes;
  }

  /** Refuses a range that does not lie in the file. `what` is plural, for the message. */
  checkRange(offset: bigint, length: bigint, what: string): void {
    const end = offset + length;
    if (end > BigInt(this.#source.sizeBytes)) {
      throw new MalformedElfError(
        `is cut short: ${what} end at byte ${end} of ${this.#source.sizeBytes}`,
      );
    }
  }

  /** Reads exactly `length` bytes, or refuses. */
  async read(offset: bigint, length: bigint, what: string): Promise<Buffer> {
    this.checkRange(offset, length, what);
    if (length > MAX_TABLE_BYTES) {
      throw new MalformedElfError(`has ${length} bytes of ${what}, too many to be a plugin`);
    }
    this.#totalBytes += Number(length);
    if (this.#totalBytes > MAX_TOTAL_BYTES) {
      throw new MalformedElfError('has too large tables to be a plugin');
    }
    const bytes = await this.#source.read(Number(offset), Number(length));
    if (bytes.length < Number(length)) {
      throw new MalformedElfError(`became shorter while its ${what} were read`);
    }
    return bytes;
  }
}

/**
 * The file is not what an ELF reader can use. `reason` goes on from the file's name: "is no ELF
 * file", "is cut short". Not an `IcountError`: what to do about it depends on why the file was
 * read, and this room does not know its path.
 */
export class MalformedElfError extends Error {
  override readonly name = 'MalformedElfError' as const;
  readonly reason: string;

  constructor(reason: string) {
    super(`the file ${reason}`);
    this.reason = reason;
  }
}
