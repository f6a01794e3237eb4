import { systemClock as clock, type MonotonicNs } from '../clock.js';
import type { GuestsOptions } from '../guest/guests.js';
import { takeInNewcomers, type UseGuest } from '../guest/newcomers.js';
import { checkInterval } from '../guest/sampler-choice.js';
import type { WatchedGuest } from '../guest/watched-guest.js';
import type { Messages } from '../messages.js';
import type { Observer } from '../observers/observer.js';
import type { FoundProcess } from '../qemu/guest-scanner.js';
import { runSampler, type SamplerOptions, type SamplerResult } from '../sampler/sampler.js';

/** How a guest's run went. */
export interface GuestResult {
  readonly guest: WatchedGuest;
  readonly result: SamplerResult;
  /** From when the run began to the guest's baseline: 0 for all but guests that came later. */
  readonly joinedNs: number;
}

/** How guests are sampled, and who is told. */
export interface SamplingOptions {
  /** Without it there is one sample, at the end. */
  readonly intervalNs?: number;
  readonly limit: SamplerOptions['limit'];
  /** Ends the run of every guest; it is aborted as well when one fails by our own fault. */
  readonly stop: AbortController;
  readonly observer: Observer;
  /** The first read of every guest is over, and so many gave counters. */
  readonly onBaselines?: (count: number) => void;
  /**
   * Takes in guests that come later, until `signal` is aborted and each has been sampled to its end.
   * With it the run goes on when all guests have ended: others may come.
   */
  readonly takeIn?: TakeIn | undefined;
}

/** 104 days: longer than any command, and exact in a double. */
const NO_INTERVAL_NS = Number.MAX_SAFE_INTEGER;

/**
 * Samples every guest until a limit, the stop signal, or its own end: one that goes away does not
 * end the others. Several tick together, on one grid.
 *
 * @throws UsageError if the interval is too short for one of them; what an observer or a read throws, when all have ended
 */
export async function sampleGuests(
  guests: readonly WatchedGuest[],
  options: SamplingOptions,
): Promise<readonly GuestResult[]> {
  const { stop, onBaselines, takeIn, intervalNs } = options;
  for (const { info } of guests) {
    if (intervalNs !== undefined) checkInterval(intervalNs, info.sampler);
  }
  const begun = clock.now();
  const isShared = guests.length > 1 || takeIn !== undefined;
  const shared = { ...options, ...(isShared ? { origin: begun } : {}) };
  let baselinesDue = guests.length;
  let baselines = 0;
  const firstReadOver = (hasCounters: boolean): void => {
    baselinesDue -= 1;
    if (hasCounters) baselines += 1;
    if (baselinesDue === 0) onBaselines?.(baselines);
  };
  const orStop = async <R>(run: Promise<R>): Promise<R> => {
    try {
      return await run;
    } catch (error) {
      stop.abort('stopped');
      throw error;
    }
  };
  const runs = guests.map((guest) => orStop(sample(guest, shared, () => 0, firstReadOver)));
  const later: GuestResult[] = [];
  const sampleLater: UseGuest = async (guest) => {
    const limit = limitFrom(clock.now(), begun, options);
    if (limit === undefined) return;
    const run = await sample(
      guest,
      { ...shared, limit },
      () => Number(clock.now() - begun),
      () => {},
    );
    // One that ends as soon as it has come has shown nothing.
    if (run.result.kind !== 'no-baseline') later.push(run);
  };
  const newcomers =
    takeIn === undefined
      ? undefined
      : orStop(untilOver(shared, begun, (over) => takeIn(sampleLater, over)));
  await Promise.allSettled([...runs, newcomers]);
  await newcomers;
  return [...(await Promise.all(runs)), ...later];
}

/** What is left of the limit at that moment; undefined if nothing is. */
function limitFrom(
  now: MonotonicNs,
  begun: MonotonicNs,
  { limit, intervalNs }: SamplingOptions,
): SamplerOptions['limit'] | undefined {
  if (limit.count === undefined) return limit;
  const passed = Math.floor(Number(now - begun) / (intervalNs ?? NO_INTERVAL_NS));
  return passed < limit.count ? { ...limit, count: limit.count - passed } : undefined;
}

/** Runs `use` with a signal that tells when the run is over, also if there is no guest left to tell. */
async function untilOver(
  { intervalNs, limit, stop }: SamplingOptions,
  begun: MonotonicNs,
  use: (over: AbortSignal) => Promise<void>,
): Promise<void> {
  const { count = Number.POSITIVE_INFINITY, durationNs = Number.POSITIVE_INFINITY } = limit;
  const limitNs = Math.min(durationNs, count * (intervalNs ?? NO_INTERVAL_NS));
  const done = new AbortController();
  const over = new AbortController();
  const end = AbortSignal.any([stop.signal, done.signal]);
  const limited = clock
    .sleepUntil(begun + BigInt(Math.min(limitNs, NO_INTERVAL_NS)), end)
    .then(() => over.abort());
  try {
    await use(over.signal);
  } finally {
    done.abort();
    await limited;
  }
}

async function sample(
  guest: WatchedGuest,
  options: SamplingOptions & Pick<SamplerOptions, 'origin'>,
  joined: () => number,
  firstReadOver: (hasCounters: boolean) => void,
): Promise<GuestResult> {
  const { intervalNs, limit, observer } = options;
  let joinedNs = 0;
  const result = await runSampler({
    source: guest.source,
    clock,
    intervalNs: intervalNs ?? NO_INTERVAL_NS,
    ...(options.origin === undefined ? {} : { origin: options.origin }),
    limit,
    perVcpu: guest.attached.counters.perVcpu,
    signal: AbortSignal.any([options.stop.signal, guest.over]),
    async onBaseline({ wall }) {
      firstReadOver(true);
      joinedNs = joined();
      await observer.start({ ...guest.info, intervalNs, wall, joinedNs });
    },
    onTicks: (ticks) => observer.ticks(guest.pid, ticks),
  });
  if (result.kind === 'no-baseline') {
    firstReadOver(false);
  } else {
    await observer.end(guest.pid, result.summary);
  }
  return { guest, result, joinedNs };
}

/** Has `sample` work with each guest that comes, until `over` is aborted and it is done with all. */
export type TakeIn = (sample: UseGuest, over: AbortSignal) => Promise<void>;

/**
 * With --all, what takes in guests that come later than those that are watched; those that were left
 * out are tried again before long. Undefined where guests were named.
 */
export function takingIn(
  options: GuestsOptions,
  messages: Messages,
  watched: readonly WatchedGuest[],
  leftOut: readonly FoundProcess[],
): TakeIn | undefined {
  if (options.guests.kind === 'named') return undefined;
  const already = { tended: watched.map(({ target }) => target), failed: leftOut };
  return (sample, over) => takeInNewcomers(options, { messages }, already, sample, over);
}
