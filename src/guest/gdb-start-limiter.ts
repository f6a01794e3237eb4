import { availableParallelism } from 'node:os';
import { GdbUnusableError } from '../errors.js';

/** What a gdb takes of its own once it has attached is 10 MB; starting takes more. */
const GDB_BYTES = 64 * 1_048_576;

/**
 * Lets as many gdbs start at a time as there are processors for, as a start is all computing, and
 * none where the memory for it is not there.
 */
export class GdbStartLimiter {
  readonly #gdb: string;
  readonly #most: number;
  #starting = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(gdb: string, most = Math.max(2, availableParallelism())) {
    this.#gdb = gdb;
    this.#most = most;
  }

  /** @throws GdbUnusableError; what `start` throws */
  async take<T>(start: () => Promise<T>): Promise<T> {
    if (this.#starting >= this.#most) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#starting += 1;
    }
    try {
      // Node 20.13 and newer know it, within the limits of a container too.
      const bytes = process.availableMemory?.() ?? Number.POSITIVE_INFINITY;
      if (bytes < GDB_BYTES) throw noMemory(this.#gdb, bytes);
      return await start();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#starting -= 1;
      else next();
    }
  }
}

function noMemory(gdb: string, bytes: number): GdbUnusableError {
  return new GdbUnusableError(
    gdb,
    `there is no room for another one: ${Math.floor(bytes / 1e6)} MB of memory are left`,
    'watch fewer guests, or give us more memory',
  );
}
