import type { Clock, MonotonicNs } from '../clock.js';
import { type Grid, nextPoint, pointsMissed, pointsPassed } from './grid.js';
import type { CounterSource, Reading, ReadOutcome } from './reading.js';
import type { EndReason, Summary, Tick } from './sample.js';
import { Tally } from './tally.js';

/** The reading that a run begins with: t = 0. */
export interface Baseline {
  readonly wall: Date;
  readonly reading: Reading;
}

export interface SamplerOptions {
  readonly source: CounterSource;
  readonly clock: Clock;
  readonly intervalNs: number;
  /** Where the grid begins, for samplers that are to tick together; else with the baseline. */
  readonly origin?: MonotonicNs;
  /**
   * How often the counters are looked at between two points of the grid. When the guest ends, the
   * last look becomes the last row: it can't be read any more then, and what it executed after
   * that look is not known.
   */
  readonly lookNs?: number;
  /**
   * How long before a point of the grid there is one more look, if nothing was read for as long
   * before: it warms the way for the read that counts, which is then on time and takes less of it.
   */
  readonly warmUpNs?: number;
  /** Whichever is reached first ends the run; without any it goes on until it is stopped. */
  readonly limit: {
    /** Intervals, that is ticks taken: a gap counts, a tick that was missed does not. */
    readonly count?: number;
    /** From the baseline. Need not be a multiple of the interval. */
    readonly durationNs?: number;
  };
  /** Whether the counters belong to vCPUs; otherwise samples carry their sum alone. */
  readonly perVcpu: boolean;
  /**
   * Aborting it ends the run, with an `EndReason` as the reason given to `abort()` (`stopped` if
   * it is anything else). Abort it also when the guest is known to have ended, so as not to wait
   * for the next tick: the last read then says so, and the summary's reason is `exited`.
   */
  readonly signal: AbortSignal;
  readonly onBaseline?: (baseline: Baseline) => void | Promise<void>;
  /** Awaited: as long as it takes, no tick is taken, and those that pass are counted as late. */
  readonly onTick: (tick: Tick) => void | Promise<void>;
}

export type SamplerResult =
  | { readonly kind: 'finished'; readonly summary: Summary }
  /** The source gave up, which was the last gap; the summary's reason is `stopped`. */
  | { readonly kind: 'lost'; readonly summary: Summary; readonly reason: string }
  /** The first read gave no counters, so there was no run. */
  | {
      readonly kind: 'no-baseline';
      readonly outcome: Exclude<ReadOutcome, { readonly kind: 'reading' }>;
    };

/**
 * Reads a baseline and then the counters at every point of the grid that begins with it, until a
 * limit, the signal, or the guest's end.
 *
 * Each point of the grid gives one tick (a sample, gap or stopped tick) or counts as late, if it
 * passed while the process did not run, or while a read (the source may be reconnecting) or
 * `onTick` took its time. When the signal or the duration ends the run between two points, one
 * more read covers the part of the interval, so that the last row reaches up to the end.
 *
 * A read is always waited for: the source bounds how long one takes, and decides when to give up.
 * What it or a callback throws comes out of here.
 */
export async function runSampler(options: SamplerOptions): Promise<SamplerResult> {
  const { source, clock, limit, signal } = options;
  const first = await source.read();
  if (first.kind !== 'reading') return { kind: 'no-baseline', outcome: first };
  await options.onBaseline?.({ wall: clock.wall(), reading: first.reading });

  const tally = new Tally(first.reading, options.perVcpu);
  const grid: Grid = {
    origin: options.origin ?? first.reading.takenAt,
    intervalNs: BigInt(options.intervalNs),
  };
  const end = limit.durationNs === undefined ? undefined : grid.origin + BigInt(limit.durationNs);
  let passed = 0;
  let taken = 0;
  let late = 0;

  for (;;) {
    const lastLook = await lookUntil(earlier(nextPoint(grid, passed, clock.now()), end), options);
    const passedNow = pointsPassed(grid, clock.now());
    if (passedNow > passed) {
      late += pointsMissed(passed, passedNow);
      taken += 1;
      passed = passedNow;
    }

    const outcome = await source.read();
    if (lastLook !== undefined && (outcome.kind === 'ended' || outcome.kind === 'lost')) {
      await options.onTick(tally.add(lastLook, clock.wall()));
    }
    if (outcome.kind === 'ended') {
      return { kind: 'finished', summary: tally.summary('exited', late, outcome.end) };
    }
    // Asked before onTick, which may take its time: what is then left until the end is one more
    // part of an interval.
    const reason = endReason(taken, limit.count, clock.now(), end, signal);
    await options.onTick(tickOf(outcome, tally, clock, first.reading.takenAt));
    if (outcome.kind === 'lost') {
      return { kind: 'lost', summary: tally.summary('stopped', late), reason: outcome.reason };
    }
    if (reason !== undefined) return { kind: 'finished', summary: tally.summary(reason, late) };
  }
}

/** Sleeps, and returns the last reading that was taken in between, if any. */
async function lookUntil(due: MonotonicNs, options: SamplerOptions): Promise<Reading | undefined> {
  const { source, clock, signal } = options;
  let last: Reading | undefined;
  for (;;) {
    await clock.sleepUntil(nextLook(due, clock.now(), options), signal);
    if (signal.aborted || clock.now() >= due) return last;
    const outcome = await source.read();
    if (outcome.kind === 'reading') last = outcome.reading;
    if (outcome.kind === 'ended' || outcome.kind === 'lost') return last;
  }
}

function nextLook(
  due: MonotonicNs,
  now: MonotonicNs,
  { lookNs, warmUpNs }: SamplerOptions,
): MonotonicNs {
  const look = lookNs === undefined ? due : earlier(due, now + BigInt(lookNs));
  if (warmUpNs === undefined) return look;
  const warmUp = due - BigInt(warmUpNs);
  return warmUp - now > BigInt(warmUpNs) ? earlier(look, warmUp) : look;
}

function tickOf(
  outcome: Exclude<ReadOutcome, { readonly kind: 'ended' }>,
  tally: Tally,
  clock: Clock,
  baseline: MonotonicNs,
): Tick {
  const wall = clock.wall();
  switch (outcome.kind) {
    case 'reading':
      return tally.add(outcome.reading, wall);
    case 'failed':
    case 'lost':
      return tally.gap(outcome.reason, wall, Number(clock.now() - baseline));
    case 'stopped':
      return { kind: 'stopped', wall, elapsedNs: Number(clock.now() - baseline) };
    default:
      return outcome satisfies never;
  }
}

function endReason(
  taken: number,
  count: number | undefined,
  now: MonotonicNs,
  end: MonotonicNs | undefined,
  signal: AbortSignal,
): EndReason | undefined {
  if (count !== undefined && taken >= count) return 'count';
  if (end !== undefined && now >= end) return 'duration';
  if (signal.aborted) return isEndReason(signal.reason) ? signal.reason : 'stopped';
  return undefined;
}

const endReasons: Readonly<Record<EndReason, true>> = {
  count: true,
  duration: true,
  interrupted: true,
  exited: true,
  command: true,
  stopped: true,
};

function isEndReason(reason: unknown): reason is EndReason {
  return typeof reason === 'string' && Object.hasOwn(endReasons, reason);
}

function earlier(deadline: MonotonicNs, end: MonotonicNs | undefined): MonotonicNs {
  return end !== undefined && end < deadline ? end : deadline;
}
