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
