import type { Messages } from '../cli/messages.js';
import { systemClock } from '../clock.js';
import { areLabelled, withGuests } from '../guest/guests.js';
import type { WatchedGuest } from '../guest/watched-guest.js';
import { checkTerminal, withLive } from '../observers/live/with-live.js';
import type { Observer } from '../observers/observer.js';
import { withPlot } from '../observers/plot/with-plot.js';
import { openRows, writeRows } from '../observers/rows/rows.js';
import { divertedMessages } from './diverted-messages.js';
import type { PollOptions } from './options.js';
import { report, summariesOf } from './report/report.js';
import { type GuestResult, sampleGuests } from './sample-guests.js';
import { onEndingSignals, signalStatus } from './signals.js';

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
  try {
    // All that can be wrong with where the data goes is found before a guest is touched.
    if (options.live) checkTerminal();
    const place =
      options.live && options.output === undefined
        ? undefined
        : openRows(options, process.stdout, 'standard output');
    return await withPlot(options.plot, (plot) =>
      withGuests(options, diverted.messages, async (guests) => {
        const early = signals.received();
        if (early !== undefined) return signalStatus(early);
        const rows =
          place === undefined
            ? []
            : [writeRows(place, options, labelled, () => stop.abort('stopped'))];
        const results = await withLive(guests, options, diverted, stop, (live) =>
          sample(guests, options, stop, [...rows, ...plot, ...live]),
        );
        for (const each of rows) await each.close();
        const status = report(results, labelled, messages);
        const signal = signals.received();
        const isEmpty = summariesOf(results).every(({ samples }) => samples === 0);
        return isEmpty && signal !== undefined ? signalStatus(signal) : status;
      }),
    );
  } finally {
    signals.release();
  }
}

function sample(
  guests: readonly WatchedGuest[],
  options: PollOptions,
  stop: AbortController,
  observers: readonly Observer[],
): Promise<readonly GuestResult[]> {
  return sampleGuests(guests, {
    clock: systemClock,
    intervalNs: options.intervalNs,
    limit: {
      ...(options.count === undefined ? {} : { count: options.count }),
      ...(options.durationNs === undefined ? {} : { durationNs: options.durationNs }),
    },
    stop,
    observers,
  });
}
