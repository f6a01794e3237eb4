import type { Clock, MonotonicNs } from '../clock.js';

/** Longest delay that setTimeout takes (2^31 - 1 ms); a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Something to wait for, which may have happened already. */
export class News {
  #isTold = false;
  #wake: () => void = () => {};

  tell(): void {
    this.#isTold = true;
    this.#wake();
  }

  /** Resolves when there is news since the last time, or at the deadline; to the next millisecond. */
  async until(deadline: MonotonicNs | undefined, clock: Pick<Clock, 'now'>): Promise<void> {
    if (!this.#isTold) {
      await new Promise<void>((resolve) => {
        const leftMs =
          deadline === undefined ? MAX_TIMER_MS : Math.ceil(Number(deadline - clock.now()) / 1e6);
        // When we were stopped for a while the timer is due before the pipe has been read.
        const timer = setTimeout(
          () => setImmediate(resolve),
          Math.min(Math.max(leftMs, 0), MAX_TIMER_MS),
        );
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = () => {};
    }
    this.#isTold = false;
  }
}
