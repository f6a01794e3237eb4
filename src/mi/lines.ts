import { Byte } from './bytes.js';

const DEFAULT_MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Makes lines from what a pipe delivers. It works on bytes, because a chunk may end within a UTF-8
 * sequence, and each byte is looked at once.
 *
 * A line may be a view into the chunk that it came in, and keeps that chunk alive for as long as it
 * is held; what is kept between two chunks is a copy.
 */
export class LineSplitter {
  readonly #maxLineBytes: number;
  /** The line begun so far is the first `#tailBytes` of `#tail`. */
  #tail = new Uint8Array(0);
  #tailBytes = 0;
  /** The line begun so far was given out, cut; its rest is dropped. */
  #skipping = false;

  /** `maxLineBytes` bounds the memory: gdb prints no such line, whatever writes to its pipe may. */
  constructor(maxLineBytes: number = DEFAULT_MAX_LINE_BYTES) {
    this.#maxLineBytes = maxLineBytes;
  }

  /**
   * The lines that `chunk` completes, without LF and without one CR before it (gdb on a terminal
   * ends lines with both).
   *
   * A line longer than the bound is given out as soon as it exceeds it, cut there and with a NUL
   * byte added, so that no such line can parse: `^done,a="1",b=…` must not pass for `^done,a="1"`.
   * The next line begins after the next LF.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    while (start < chunk.length) {
      const lf = chunk.indexOf(Byte.lf, start);
      const end = lf === -1 ? chunk.length : lf;
      const line = this.#take(chunk.subarray(start, end), lf !== -1);
      if (line !== undefined) {
        lines.push(line);
      }
      start = end + 1;
    }
    return lines;
  }

  /** Takes the next part of a line, the last one if `ends`; returns what there is to give out. */
  #take(part: Uint8Array, ends: boolean): Uint8Array | undefined {
    if (this.#skipping) {
      this.#skipping = !ends;
      return undefined;
    }
    if (this.#tailBytes + part.length > this.#maxLineBytes) {
      const cut = new Uint8Array(this.#maxLineBytes + 1);
      cut.set(this.#tail.subarray(0, this.#tailBytes));
      cut.set(part.subarray(0, this.#maxLineBytes - this.#tailBytes), this.#tailBytes);
      this.#forget();
      this.#skipping = !ends;
      return cut;
    }
    if (ends && this.#tailBytes === 0) {
      return withoutCr(part);
    }
    this.#keep(part);
    if (!ends) {
      return undefined;
    }
    const line = this.#tail.subarray(0, this.#tailBytes);
    this.#forget();
    return withoutCr(line);
  }

  /** Grows by doubling: a line that comes byte by byte still takes linear time. */
  #keep(part: Uint8Array): void {
    const bytes = this.#tailBytes + part.length;
    if (bytes > this.#tail.length) {
      const grown = new Uint8Array(Math.max(bytes, 2 * this.#tail.length));
      grown.set(this.#tail.subarray(0, this.#tailBytes));
      this.#tail = grown;
    }
    this.#tail.set(part, this.#tailBytes);
    this.#tailBytes = bytes;
  }

  #forget(): void {
    this.#tail = new Uint8Array(0);
    this.#tailBytes = 0;
  }
}

function withoutCr(line: Uint8Array): Uint8Array {
  return line[line.length - 1] === Byte.cr ? line.subarray(0, -1) : line;
}
