import type { MonotonicNs } from '../clock.js';
import type { Grid } from './grid.js';
import type { CounterSource, ReadOutcome } from './reading.js';

/**
 * Readings on a grid, however they are come by: `PacedSource` asks for each at its time, and what
 * samples inside gdb hands over what has been read.
 */
export interface ReadingSource extends CounterSource {
  /**
   * Yields what is read at the points of the grid, in order, and sometimes in between, as many at a
   * time as there are. Ends at the schedule's end or when `signal` is aborted, after all that was read
   * until then; if the last reading is not of that very moment, a caller that wants one reads again.
   *
   * Never two for one point. Points that passed unread are left out.
   */
  follow(schedule: Schedule, signal: AbortSignal): AsyncIterable<readonly ReadAttempt[]>;
}

/** When readings are wanted. */
export interface Schedule {
  readonly grid: Grid;
  /** No reading is needed after this moment. */
  readonly end: MonotonicNs | undefined;
  /** So many points are enough. */
  readonly count: number | undefined;
}

/** One attempt to read the counters. */
export interface ReadAttempt {
  /** For a point of the grid, or a look in between. */
  readonly kind: 'point' | 'look';
  readonly began: MonotonicNs;
  readonly ended: MonotonicNs;
  readonly outcome: ReadOutcome;
}

/** Reads at once. */
export async function attemptRead(
  source: CounterSource,
  kind: ReadAttempt['kind'],
  clock: { now(): MonotonicNs },
): Promise<ReadAttempt> {
  const began = clock.now();
  const outcome = await source.read();
  return { kind, began, ended: clock.now(), outcome };
}
