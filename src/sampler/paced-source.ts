import { type Clock, earlier, type MonotonicNs } from '../clock.js';
import { pointsPassed } from './grid.js';
import type { CounterSource, ReadOutcome } from './reading.js';
import { attemptRead, type ReadAttempt, type ReadingSource, type Schedule } from './source.js';

/** How reads are paced. */
export interface Pace {
  /**
   * How often the counters are looked at between two points of the grid, so that there is a last
   * look when the guest ends.
   */
  readonly lookNs?: number;
  /**
   * How long before a point of the grid there is one more look, if nothing was read for that long:
   * it warms the path for the read that counts, which then is on time and faster.
   */
  readonly warmUpNs?: number;
}

/** A look costs one or two milliseconds of CPU; after some idleness a read takes 0.5 to 1 ms. */
export const MI_PACE: Pace = { lookNs: 100_000_000, warmUpNs: 1_500_000 };

/** Sleeps until a reading is due, and asks for it. */
export class PacedSource implements ReadingSource {
  readonly #source: CounterSource;
  readonly #clock: Clock;
  readonly #pace: Pace;

  constructor(source: CounterSource, clock: Clock, pace: Pace) {
    this.#source = source;
    this.#clock = clock;
    this.#pace = pace;
  }

  read(): Promise<ReadOutcome> {
    return this.#source.read();
  }

  async *follow(
    { grid, end }: Schedule,
    signal: AbortSignal,
  ): AsyncGenerator<readonly ReadAttempt[]> {
    const clock = this.#clock;
    let passed = pointsPassed(grid, clock.now());
    for (;;) {
      // A point that has passed during a look is due now.
      const due = earlier(grid.origin + BigInt(passed + 1) * grid.intervalNs, end);
      await clock.sleepUntil(this.#nextLook(due, clock.now()), signal);
      if (signal.aborted) return;
      // One moment for both: between two looks at the clock a point of the grid may pass.
      const now = clock.now();
      const passedNow = pointsPassed(grid, now);
      if (passedNow === passed && now >= due) return;
      const kind = passedNow > passed ? 'point' : 'look';
      passed = passedNow;
      yield [await attemptRead(this.#source, kind, clock)];
      // Those that have passed while a point was read and told are late, and are not made up for.
      if (kind === 'point') passed = pointsPassed(grid, clock.now());
    }
  }

  #nextLook(due: MonotonicNs, now: MonotonicNs): MonotonicNs {
    const { lookNs, warmUpNs } = this.#pace;
    const look = lookNs === undefined ? due : earlier(due, now + BigInt(lookNs));
    if (warmUpNs === undefined) return look;
    const warmUp = due - BigInt(warmUpNs);
    return warmUp - now > BigInt(warmUpNs) ? earlier(look, warmUp) : look;
  }
}
