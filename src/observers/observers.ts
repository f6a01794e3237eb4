import type { Summary, Tick } from '../sampler/sample.js';
import type { Observer, RunInfo } from './observer.js';

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
