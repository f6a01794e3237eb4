import type { Clock } from '../clock.js';
import type { WatchedGuest } from '../guest/watched-guest.js';
import type { Observer } from '../observers/observer.js';
import { MI_PACE, PacedSource } from '../sampler/paced-source.js';
import { runSampler, type SamplerOptions, type SamplerResult } from '../sampler/sampler.js';

/** How a guest's run went. */
export interface GuestResult {
  readonly guest: WatchedGuest;
  readonly result: SamplerResult;
}

export interface SamplingOptions {
  readonly clock: Clock;
  /** Without it there is one sample, at the end. */
  readonly intervalNs?: number;
  readonly limit: SamplerOptions['limit'];
  /** Ends the run of every guest; it is aborted as well when one fails by our own fault. */
  readonly stop: AbortController;
  readonly observer: Observer;
  /** The first read of every guest is over, and so many gave counters. */
  readonly onBaselines?: (count: number) => void;
}

/** 104 days: longer than any command, and exact in a double. */
const NO_INTERVAL_NS = Number.MAX_SAFE_INTEGER;

/**
 * Samples every guest until a limit, the stop signal, or its own end: one that goes away does not
 * end the others. Several tick together, on one grid.
 *
 * @throws what an observer or a read throws, when all have ended
 */
export async function sampleGuests(
  guests: readonly WatchedGuest[],
  options: SamplingOptions,
): Promise<readonly GuestResult[]> {
  const { clock, stop, onBaselines } = options;
  const origin = guests.length > 1 ? { origin: clock.now() } : {};
  let baselinesDue = guests.length;
  let baselines = 0;
  const firstReadOver = (hasCounters: boolean): void => {
    baselinesDue -= 1;
    if (hasCounters) baselines += 1;
    if (baselinesDue === 0) onBaselines?.(baselines);
  };
  const runs = guests.map(async (guest) => {
    try {
      return { guest, result: await sample(guest, { ...options, ...origin }, firstReadOver) };
    } catch (error) {
      stop.abort('stopped');
      throw error;
    }
  });
  await Promise.allSettled(runs);
  return await Promise.all(runs);
}

async function sample(
  guest: WatchedGuest,
  options: SamplingOptions & Pick<SamplerOptions, 'origin'>,
  firstReadOver: (hasCounters: boolean) => void,
): Promise<SamplerResult> {
  const { clock, intervalNs, limit, observer } = options;
  const result = await runSampler({
    source: new PacedSource(guest, clock, MI_PACE),
    clock,
    intervalNs: intervalNs ?? NO_INTERVAL_NS,
    ...(options.origin === undefined ? {} : { origin: options.origin }),
    limit,
    perVcpu: guest.attached.counters.perVcpu,
    signal: AbortSignal.any([options.stop.signal, guest.over]),
    async onBaseline({ wall }) {
      firstReadOver(true);
      await observer.start({ ...guest.info, intervalNs, wall });
    },
    onTick: (tick) => observer.tick(guest.pid, tick),
  });
  if (result.kind === 'no-baseline') {
    firstReadOver(false);
  } else {
    await observer.end(guest.pid, result.summary);
  }
  return result;
}
