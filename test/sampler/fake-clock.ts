import type { Clock, MonotonicNs } from '../../src/clock.js';

/** A clock that passes only in sleeps and by `advance`; it sleeps exactly to the deadline. */
export class FakeClock implements Clock {
  #now: MonotonicNs = 5_000_000_000n;
  #plans: { readonly at: MonotonicNs; readonly action: () => void }[] = [];

  now(): MonotonicNs {
    return this.#now;
  }

  wall(): Date {
    return new Date(Number(this.#now / 1_000_000n));
  }

  advance(ns: bigint): void {
    this.#now += ns;
  }

  /** Does something while a sleep passes that moment: aborts it, or lets it last longer. */
  plan(at: MonotonicNs, action: () => void): void {
    this.#plans.push({ at, action });
  }

  async sleepUntil(deadline: MonotonicNs, signal: AbortSignal): Promise<void> {
    for (const plan of this.#plans.filter(({ at }) => at <= deadline)) {
      this.#plans = this.#plans.filter((other) => other !== plan);
      this.#moveTo(plan.at);
      plan.action();
    }
    if (!signal.aborted) this.#moveTo(deadline);
  }

  #moveTo(moment: MonotonicNs): void {
    if (moment > this.#now) this.#now = moment;
  }
}
