import { InterruptedError } from '../errors.js';
import { areLabelled, withGuests } from '../guest/guests.js';
import type { Messages } from '../messages.js';
import { type DivertedMessages, divertedMessages } from '../observers/live/diverted-messages.js';
import { tellCaveats, tellNoneLeft } from '../observers/notices.js';
import { type Observer, Observers } from '../observers/observer.js';
import { openRows } from '../observers/rows/open-rows.js';
import type { SamplerOptions } from '../sampler/sampler.js';
import { report, summariesOf } from './report/report.js';
import { sampleGuests, takingIn } from './sample-guests.js';
import { onEndingSignals, signalStatus } from './signals.js';
import type { WatchOptions } from './watch-options.js';

/** A poll, as the command line asked for it. */
export interface PollOptions extends WatchOptions {
  readonly intervalNs: number;
  readonly limit: SamplerOptions['limit'];
  /** A view that is redrawn in place, instead of rows. */
  readonly live: boolean;
}

/**
 * Attaches to guests and shows their counters' deltas until a limit, a signal or their end.
 *
 * @returns the exit status
 * @throws an IcountError that says why there is nothing to show
 */
export async function poll(options: PollOptions, messages: Messages): Promise<number> {
  const stop = new AbortController();
  const labelled = areLabelled(options.guests);
  const diverted = divertedMessages(messages);
  const signals = onEndingSignals(() => stop.abort('interrupted'));
  let observers = new Observers([]);
  try {
    // All that can be wrong with where the data goes is found before a guest is touched.
    observers = new Observers([
      tellCaveats(diverted.messages.notice, labelled),
      ...(options.guests.kind === 'all' ? [tellNoneLeft(diverted.messages.notice)] : []),
      ...(await openObservers(options, labelled, diverted, stop)),
    ]);
    return await withGuests(options, diverted.messages, stop.signal, async (guests, leftOut) => {
      const early = signals.received();
      if (early !== undefined) return signalStatus(early);
      const results = await sampleGuests(guests, {
        intervalNs: options.intervalNs,
        limit: options.limit,
        stop,
        observer: observers,
        takeIn: takingIn(options, diverted.messages, guests, leftOut),
      });
      const closed = observers.close();
      await Promise.allSettled([closed]);
      const status = report(results, labelled, messages);
      await closed;
      const signal = signals.received();
      const isEmpty = summariesOf(results).every(({ samples }) => samples === 0);
      return isEmpty && signal !== undefined ? signalStatus(signal) : status;
    });
  } catch (error) {
    const signal = signals.received();
    if (error instanceof InterruptedError && signal !== undefined) return signalStatus(signal);
    throw error;
  } finally {
    await Promise.allSettled([observers.close()]);
    signals.release();
  }
}

/** @throws UsageError, OutputError */
async function openObservers(
  options: PollOptions,
  labelled: boolean,
  diverted: DivertedMessages,
  stop: AbortController,
): Promise<readonly Observer[]> {
  const live: Observer[] = [];
  const plot: Observer[] = [];
  const rows: Observer[] = [];
  if (options.live) {
    const { openLive } = await import('../observers/live/open-live.js');
    live.push(openLive(options, diverted, (reason) => stop.abort(reason)));
  }
  if (!options.live || options.output !== undefined) {
    const stdout = { stream: process.stdout, name: 'standard output' };
    rows.push(openRows(options, stdout, labelled, () => stop.abort('closed')));
  }
  if (options.plot !== undefined) {
    const { openPlot } = await import('../observers/plot/open-plot.js');
    plot.push(openPlot(options.plot));
  }
  return [...rows, ...plot, ...live];
}
