/** Nanoseconds of CLOCK_MONOTONIC (clock_gettime(2)), as `process.hrtime.bigint()` gives them. */
export type MonotonicNs = bigint;

/** Time, handed in so that tests can drive it. */
export interface Clock {
  now(): MonotonicNs;
  /** Wall-clock time, for labels only. */
  wall(): Date;
  /** Resolves at `deadline` or when `signal` is aborted, whichever is first; never rejects. */
  sleepUntil(deadline: MonotonicNs, signal: AbortSignal): Promise<void>;
}
