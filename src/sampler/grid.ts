import type { MonotonicNs } from '../clock.js';

/**
 * The moments at which the counters ought to be read: `origin + k * intervalNs` for k = 1, 2, …
 * Absolute, so that no lateness ever adds up.
 */
export interface Grid {
  readonly origin: MonotonicNs;
  readonly intervalNs: bigint;
}

/** How many of the grid's points lie at or before `now`. */
export function pointsPassed(grid: Grid, now: MonotonicNs): number {
  return Number((now - grid.origin) / grid.intervalNs);
}

/**
 * The first point that is still to come, where `passed` points have been dealt with. Points that
 * went by in the meantime are skipped, never made up for: after minutes of suspension there is
 * one late tick and then the grid again, not a burst.
 */
export function nextPoint(grid: Grid, passed: number, now: MonotonicNs): MonotonicNs {
  const next = BigInt(passed) + 1n;
  const upcoming = ceilDivide(now - grid.origin, grid.intervalNs);
  return grid.origin + (upcoming > next ? upcoming : next) * grid.intervalNs;
}

/**
 * How many points were missed when one tick is taken on waking, with `passedBefore` points passed
 * at the tick before and `passedNow` on waking.
 */
export function pointsMissed(passedBefore: number, passedNow: number): number {
  return Math.max(0, passedNow - passedBefore - 1);
}

function ceilDivide(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
