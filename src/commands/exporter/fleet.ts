import { systemClock } from '../../clock.js';
import type { Family } from '../../exporter/exposition.js';
import { fleetFamilies, type Scrape } from '../../exporter/fleet-families.js';
import { type GuestsOptions, withGuests } from '../../guest/guests.js';
import { takeInNewcomers } from '../../guest/newcomers.js';
import type { WatchedGuest } from '../../guest/watched-guest.js';
import type { Messages } from '../../messages.js';
import { countersLost, noBaseline } from '../report/report.js';
import { GuestSeries } from './scraped-series.js';
import { SingleFlight } from './single-flight.js';

/** Which guests are scraped, and what is told of them. */
export interface FleetOptions extends GuestsOptions {
  /** Ours, for a label. */
  readonly version: string;
}

/** The guests that are watched, and what a scrape makes of them. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #messages: Messages;
  readonly #series = new Set<GuestSeries>();
  readonly #scrapes = new SingleFlight(() => this.#scrape());
  #attachFailures = 0;
  #readFailures = 0;
  #gdbRestarts = 0;

  constructor(options: FleetOptions, messages: Messages) {
    this.#options = options;
    this.#messages = messages;
  }

  /** All guests, read now. */
  async scrape(): Promise<readonly Family[]> {
    return fleetFamilies(await this.#scrapes.run());
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
      onGdbReplaced,
      onFailure: (): void => {
        this.#attachFailures += 1;
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
    if (outcome.kind === 'lost') throw countersLost(guest.pid, outcome.reason);
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
