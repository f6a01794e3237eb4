import type { Writable } from 'node:stream';
import { OutputError } from '../errors.js';
import { errorCode, systemWords } from '../text/system-error.js';

/** What became of some rows: `closed` if nobody reads them any more (`| head`). */
export type WriteOutcome = 'written' | 'closed';

/**
 * Where rows go. Nothing is queued: a write is settled once the operating system has the rows, and
 * the caller waits for it before it makes the next ones.
 */
export interface RowWriter {
  /**
   * Writes rows, of whole lines each; rejects with an `OutputError` if they can't be written. After
   * `closed` every further write is `closed` too.
   */
  write(...rows: readonly string[]): Promise<WriteOutcome>;
  /** Rejects with an `OutputError` if what was written did not arrive after all. */
  close(): Promise<void>;
}

/** An `OutputError` in the system's words, such as `no space left on device`. */
export function outputError(
  name: string,
  cause: unknown,
  exit: 'usage' | 'failed' = 'failed',
): OutputError {
  return new OutputError(name, systemWords(cause), exit);
}

/** The reader of a pipe or socket is gone. */
export function isReaderGone(cause: unknown): boolean {
  const code = errorCode(cause);
  return code === 'EPIPE' || code === 'ECONNRESET';
}

/** Writes to a pipe, socket or terminal; `name` is for messages. Closing leaves it open. */
export function streamWriter(stream: Writable, name: string): RowWriter {
  // The callback of a write has the error too. Without a listener it would be thrown as uncaught,
  // also when it comes after the last write.
  stream.on('error', () => {});

  return {
    async write(...rows) {
      const error = await new Promise<Error | null | undefined>((resolve) => {
        stream.write(rows.join(''), resolve);
      });
      if (!error) return 'written';
      // All that a write to a stream that failed earlier reports is that it is destroyed.
      const cause = stream.errored ?? error;
      if (isReaderGone(cause) || errorCode(cause) === 'ERR_STREAM_DESTROYED') return 'closed';
      throw outputError(name, cause);
    },
    // Every write was waited for.
    close: async () => {},
  };
}
