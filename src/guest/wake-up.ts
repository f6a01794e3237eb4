import { MAX_TIMER_MS, type MonotonicNs, systemClock } from '../clock.js';

/** A notification to wait for, which may have come already. */
export class WakeUp {
  #isNotified = false;
  #wake: () => void = () => {};

  notify(): void {
    this.#isNotified = true;
    this.#wake();
  }

  /** Resolves when notified since the last wait, or at the deadline; to the next millisecond. */
  async wait(deadline: MonotonicNs | undefined): Promise<void> {
    if (!this.#isNotified) {
      await new Promise<void>((resolve) => {
        const leftMs =
          deadline === undefined
            ? MAX_TIMER_MS
            : Math.ceil(Number(deadline - systemClock.now()) / 1e6);
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
    this.#isNotified = false;
  }
}
