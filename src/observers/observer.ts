import type { GuestInfo } from '../guest/watched-guest.js';
import type { Summary, Tick } from '../sampler/sample.js';

/** What is known of a guest's run once its baseline has been read. */
export interface RunInfo extends GuestInfo {
  /** When the baseline was read. */
  readonly wall: Date;
  /** Undefined where one sample covers the whole run. */
  readonly intervalNs: number | undefined;
  /** From when the run began to that baseline: 0 for all but guests that came later. */
  readonly joinedNs: number;
}

/** Somebody who looks at a run, of one guest or several: rows, a live view, a chart. */
export interface Observer {
  /** The baseline was read. */
  start(info: RunInfo): void | Promise<void>;
  /** What is known at the same time. Awaited: as long as it takes, no tick of this guest is told. */
  ticks(pid: number, ticks: readonly Tick[]): void | Promise<void>;
  end(pid: number, summary: Summary): void | Promise<void>;
  /** The run is over, however it went: gives back what was taken, writes what was gathered. */
  close(): void | Promise<void>;
}

/** Several who look at the same run, told one after the other. */
export class Observers implements Observer {
  readonly #each: readonly Observer[];
  #closed: Promise<void> | undefined;

  constructor(each: readonly Observer[]) {
    this.#each = each;
  }

  async start(info: RunInfo): Promise<void> {
    for (const observer of this.#each) await observer.start(info);
  }

  async ticks(pid: number, ticks: readonly Tick[]): Promise<void> {
    for (const observer of this.#each) await observer.ticks(pid, ticks);
  }

  async end(pid: number, summary: Summary): Promise<void> {
    for (const observer of this.#each) await observer.end(pid, summary);
  }

  /** Once, also if it is called again; rejects with the first failure, when all are closed. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const failures: unknown[] = [];
    for (const observer of this.#each) {
      try {
        await observer.close();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
