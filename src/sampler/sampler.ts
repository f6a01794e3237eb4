import type { Clock, MonotonicNs } from '../clock.js';
import { type Grid, pointsMissed, pointsPassed } from './grid.js';
import type { GuestEnd, Reading, ReadOutcome } from './reading.js';
import type { EndReason, Summary, Tick } from './sample.js';
import { attemptRead, type ReadAttempt, type ReadingSource, type Schedule } from './source.js';
import { Tally } from './tally.js';

/** The reading that a run begins with: t = 0. */
export interface Baseline {
  readonly wall: Date;
  readonly reading: Reading;
}

/** What is sampled, when, until when, and who is told. */
export interface SamplerOptions {
  readonly source: ReadingSource;
  readonly clock: Clock;
  readonly intervalNs: number;
  /** Where the grid begins, for samplers that are to tick together; else with the baseline. */
  readonly origin?: MonotonicNs;
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
  /**
   * Gets what is known at the same time, in order. Awaited: as long as it takes, no other is told,
   * and the points that nobody reads then are late.
   */
  readonly onTicks: (ticks: readonly Tick[]) => void | Promise<void>;
}

/** How a run went. */
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
 * Reads a baseline and then makes rows of what is read at the points of the grid that begins with it,
 * until a limit, the signal, or the guest's end.
 *
 * Each point of the grid gives one tick (a sample, gap or stopped tick) or counts as late, if
 * nothing was read for it. When the signal or the duration ends the run between two points, one
 * more reading covers the part of the interval, so that the last row reaches up to the end; when the
 * guest ends, the last look at it does.
 *
 * A read is always waited for: the source bounds how long one takes, and decides when to give up.
 * What it or a callback throws comes out of here.
 */
export async function runSampler(options: SamplerOptions): Promise<SamplerResult> {
  const { source, clock, signal } = options;
  const first = await source.read();
  if (first.kind !== 'reading') return { kind: 'no-baseline', outcome: first };
  await options.onBaseline?.({ wall: clock.wall(), reading: first.reading });
  const run = new Run(options, first.reading);
  for await (const batch of source.follow(run.schedule, signal)) {
    const result = await run.take(batch);
    if (result !== undefined) return result;
  }
  return await run.takeLast(() => attemptRead(source, 'point', clock));
}

/** One run, from its baseline on. */
class Run {
  readonly schedule: Schedule;
  readonly #options: SamplerOptions;
  readonly #baseline: MonotonicNs;
  readonly #tally: Tally;
  #abortedAt: MonotonicNs | undefined;
  /** Points of the grid that have been dealt with. */
  #passed: number;
  #taken = 0;
  #late = 0;
  /** The latest, and what was seen since the last point. */
  #last: ReadAttempt | undefined;
  #lastLook: Reading | undefined;

  constructor(options: SamplerOptions, baseline: Reading) {
    const { origin = baseline.takenAt, intervalNs, limit, signal } = options;
    this.#options = options;
    this.#baseline = baseline.takenAt;
    this.#tally = new Tally(baseline, options.perVcpu);
    const grid: Grid = { origin, intervalNs: BigInt(intervalNs) };
    // Of a grid that began long before, what has passed is over for this guest too.
    this.#passed = Math.max(0, pointsPassed(grid, baseline.takenAt));
    this.schedule = {
      grid,
      end: limit.durationNs === undefined ? undefined : origin + BigInt(limit.durationNs),
      count: limit.count,
    };
    const noteAbort = (): void => {
      this.#abortedAt = options.clock.now();
    };
    if (signal.aborted) noteAbort();
    else signal.addEventListener('abort', noteAbort, { once: true });
  }

  /** Undefined if the run goes on. */
  async take(batch: readonly ReadAttempt[]): Promise<SamplerResult | undefined> {
    const ticks: Tick[] = [];
    let result: SamplerResult | undefined;
    for (const taken of batch) {
      result = this.#take(taken, ticks);
      if (result !== undefined) break;
    }
    if (ticks.length > 0) await this.#options.onTicks(ticks);
    return result;
  }

  /** The run is over: what has been read at this moment, or is read now, is its last row. */
  async takeLast(read: () => Promise<ReadAttempt>): Promise<SamplerResult> {
    const last = this.#last;
    const isOfNow = last !== undefined && this.#endReason(last.ended) !== undefined;
    const taken: ReadAttempt = isOfNow ? { ...last, kind: 'point' } : await read();
    return (await this.take([taken])) ?? this.#finish('stopped');
  }

  /** Adds the ticks that this makes. */
  #take(taken: ReadAttempt, ticks: Tick[]): SamplerResult | undefined {
    const { kind, outcome } = taken;
    this.#last = taken;
    if (outcome.kind === 'ended' || outcome.kind === 'lost') {
      return this.#end(outcome, taken, ticks);
    }
    if (kind === 'look') {
      if (outcome.kind === 'reading') this.#lastLook = outcome.reading;
      return undefined;
    }
    const passed = pointsPassed(this.schedule.grid, taken.began);
    if (passed > this.#passed) {
      this.#late += pointsMissed(this.#passed, passed);
      this.#taken += 1;
      this.#passed = passed;
    }
    this.#lastLook = undefined;
    ticks.push(this.#tickOf(outcome, taken.ended));
    const reason = this.#endReason(taken.ended);
    return reason === undefined ? undefined : this.#finish(reason);
  }

  #end(
    outcome: Extract<ReadOutcome, { readonly kind: 'ended' | 'lost' }>,
    { ended }: ReadAttempt,
    ticks: Tick[],
  ): SamplerResult {
    if (this.#lastLook !== undefined) {
      const { takenAt } = this.#lastLook;
      ticks.push(this.#tally.add(this.#lastLook, this.#wallAt(takenAt)));
    }
    if (outcome.kind === 'ended') return this.#finish('exited', outcome.end);
    ticks.push(this.#tickOf(outcome, ended));
    const { reason } = outcome;
    return { kind: 'lost', summary: this.#tally.summary('stopped', this.#late), reason };
  }

  #finish(reason: EndReason, end?: GuestEnd): SamplerResult {
    return { kind: 'finished', summary: this.#tally.summary(reason, this.#late, end) };
  }

  #tickOf(outcome: Exclude<ReadOutcome, { readonly kind: 'ended' }>, at: MonotonicNs): Tick {
    const wall = this.#wallAt(at);
    switch (outcome.kind) {
      case 'reading':
        return this.#tally.add(outcome.reading, wall);
      case 'failed':
      case 'lost':
        return this.#tally.gap(outcome.reason, wall, Number(at - this.#baseline));
      case 'stopped':
        return { kind: 'stopped', by: outcome.by, wall, elapsedNs: Number(at - this.#baseline) };
      default:
        return outcome satisfies never;
    }
  }

  /** Why the run is over, if what was read up to this moment is all that is wanted. */
  #endReason(at: MonotonicNs): EndReason | undefined {
    const { signal } = this.#options;
    const { count, end } = this.schedule;
    if (count !== undefined && this.#taken >= count) return 'count';
    if (end !== undefined && at >= end) return 'duration';
    if (this.#abortedAt === undefined || at < this.#abortedAt) return undefined;
    return isEndReason(signal.reason) ? signal.reason : 'stopped';
  }

  /** Readings may be told some time after they were taken. */
  #wallAt(moment: MonotonicNs): Date {
    const { clock } = this.#options;
    return new Date(clock.wall().getTime() - Number(clock.now() - moment) / 1e6);
  }
}

const endReasons: Readonly<Record<EndReason, true>> = {
  count: true,
  duration: true,
  closed: true,
  interrupted: true,
  exited: true,
  command: true,
  stopped: true,
};

function isEndReason(reason: unknown): reason is EndReason {
  return typeof reason === 'string' && Object.hasOwn(endReasons, reason);
}
