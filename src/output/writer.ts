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
