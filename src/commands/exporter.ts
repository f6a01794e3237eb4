import { systemClock } from '../clock.js';
import { ExitCode, type IcountError, InterruptedError, SamplingFailedError } from '../errors.js';
import { exposition } from '../exporter/exposition.js';
import { fleetFamilies, type Scrape } from '../exporter/fleet-families.js';
import { isOpenToOthers, type ListenAddress, listenText } from '../exporter/listen.js';
import { processFamilies } from '../exporter/process-families.js';
import { type MetricsServer, serveMetrics } from '../exporter/server.js';
import { type GuestsOptions, withGuests } from '../guest/guests.js';
import { takeInNewcomers } from '../guest/newcomers.js';
import type { WatchedGuest } from '../guest/watched-guest.js';
import type { Messages } from '../messages.js';
import { GuestSeries } from './exporter/scraped-series.js';
import { Turns } from './exporter/turns.js';
import { noBaseline } from './report/report.js';
import { onEndingSignals, signalStatus } from './signals.js';

/** An exporter, as the command line asked for it. */
export interface ExporterOptions extends GuestsOptions {
  readonly listen: ListenAddress;
  /** Ours, for a label. */
  readonly version: string;
}

/**
 * Serves the counters of guests to Prometheus until a signal; of guests that were named, until all of
 * them have ended.
 *
 * @returns the exit status
 * @throws an IcountError that says why there is nothing to serve
 */
export async function exporter(options: ExporterOptions, messages: Messages): Promise<number> {
  const stop = new AbortController();
  const signals = onEndingSignals(() => stop.abort());
  const fleet = new Fleet(options, messages);
  let bug: { readonly error: unknown } | undefined;
  let server: MetricsServer | undefined;
  try {
    // What is wrong with the address is found before a guest is touched.
    server = await serveMetrics(
      options.listen,
      async (format) =>
        exposition([...(await fleet.scrape()), ...(await processFamilies())], format),
      (error) => {
        bug ??= { error };
        stop.abort();
      },
    );
    tellAddress(server, messages);
    await fleet.follow(stop.signal);
    if (bug !== undefined) throw bug.error;
    return ExitCode.ok;
  } catch (error) {
    const signal = signals.received();
    if (error instanceof InterruptedError && signal !== undefined) return signalStatus(signal);
    throw error;
  } finally {
    await server?.close();
    signals.release();
  }
}

function tellAddress({ address: { address, port } }: MetricsServer, messages: Messages): void {
  const where = listenText({ host: address, port });
  messages.notice(`metrics at http://${where}/metrics`);
  if (isOpenToOthers(address)) {
    messages.notice(
      `everybody who can reach ${where} sees the guests' names and what they execute; 127.0.0.1 is for this host alone`,
    );
  }
}

/** The guests that are watched, and what a scrape makes of them. */
class Fleet {
  readonly #options: ExporterOptions;
  readonly #messages: Messages;
  readonly #series = new Set<GuestSeries>();
  readonly #scrapes = new Turns(() => this.#scrape());
  #attachFailures = 0;
  #readFailures = 0;
  #gdbRestarts = 0;

  constructor(options: ExporterOptions, messages: Messages) {
    this.#options = options;
    this.#messages = messages;
  }

  async scrape(): Promise<ReturnType<typeof fleetFamilies>> {
    return fleetFamilies(await this.#scrapes.ask());
  }

  /** Watches the guests until `signal` is aborted, and leaves them. */
  async follow(signal: AbortSignal): Promise<void> {
    const onGdbReplaced = (): void => {
      this.#gdbRestarts += 1;
    };
    if (this.#options.guests.kind === 'named') {
      await withGuests(
        this.#options,
        this.#messages,
        signal,
        async (guests) => {
          await Promise.all(guests.map((guest) => this.#show(guest, signal)));
        },
        onGdbReplaced,
      );
      return;
    }
    const events = {
      messages: this.#messages,
      labelled: true,
      onGdbReplaced,
      onFailure: ({ message }: IcountError, isNew: boolean): void => {
        this.#attachFailures += 1;
        if (isNew) this.#messages.notice(`left out, to be tried again: ${message}`);
      },
    };
    const use = (guest: WatchedGuest): Promise<void> => this.#show(guest, signal);
    await takeInNewcomers(this.#options, events, {}, use, signal);
  }

  /**
   * Has the guest in every scrape, until it is over or `signal` is aborted.
   *
   * @throws SamplingFailedError if it can't be read, or can't any more though it runs on
   */
  async #show(guest: WatchedGuest, signal: AbortSignal): Promise<void> {
    // To have attached is to have read: why it can't be is said now, not at some scrape.
    const first = await guest.read();
    if (first.kind === 'failed' || first.kind === 'lost') throw noBaseline(guest.pid, first);
    const series = new GuestSeries(guest, (text) =>
      this.#messages.notice(`process ${guest.pid}: ${text}`),
    );
    this.#series.add(series);
    await eitherAborted(guest.over, signal);
    this.#series.delete(series);
    if (signal.aborted) return;
    const outcome = await guest.read();
    if (outcome.kind === 'lost') {
      throw new SamplingFailedError(
        `the counters of process ${guest.pid} can't be read any more: ${outcome.reason}`,
      );
    }
  }

  async #scrape(): Promise<Scrape> {
    const begun = systemClock.now();
    const reads = await Promise.all([...this.#series].map((series) => series.read()));
    this.#readFailures += reads.filter(({ hasFailed }) => hasFailed).length;
    return {
      guests: reads.flatMap(({ guest }) => (guest === undefined ? [] : [guest])),
      totals: {
        attachFailures: this.#attachFailures,
        readFailures: this.#readFailures,
        gdbRestarts: this.#gdbRestarts,
      },
      durationNs: Number(systemClock.now() - begun),
      version: this.#options.version,
    };
  }
}

function eitherAborted(one: AbortSignal, other: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      one.removeEventListener('abort', end);
      other.removeEventListener('abort', end);
      resolve();
    };
    one.addEventListener('abort', end);
    other.addEventListener('abort', end);
    if (one.aborted || other.aborted) end();
  });
}
