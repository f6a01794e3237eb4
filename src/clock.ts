/** Nanoseconds of CLOCK_MONOTONIC (clock_gettime(2)), as `process.hrtime.bigint()` gives them. */
export type MonotonicNs = bigint;

/** Time, handed in so that tests can drive it. */
export interface Clock {
  now(): MonotonicNs;
  /** Wall-clock time, for labels only. */
  wall(): Date;
  /** Resolves at `deadline` or when `signal` is aborted, whichever is first; never rejects. */
  sleepUntil(deadline: MonotonicNs, signal: AbortSignal): Promise<void>;
}

/** Longest delay that setTimeout takes (2^31 - 1); a longer one would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * How long before the deadline a timer is made to fire. libuv's timers have a grain of 1 ms and
 * were seen 0.1 to 0.7 ms late, so what is left for blocking lies between 0 and 1.5 ms.
 */
const TIMER_MARGIN_NS = 500_000n;

/** Longest stretch for which the thread may be blocked: signals and I/O wait that long. */
const MAX_BLOCK_NS = 1_500_000n;

/** Nothing ever wakes it: `Atomics.wait` on it is a sleep with a fine grain. */
const sleepCell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * The machine's own clocks.
 *
 * A timer alone is up to 1 ms late, and at 1 ms intervals misses every seventh tick. So a timer
 * covers all but the last stretch, and that is slept in one blocking wait of 1.5 ms at most. The
 * event loop turns at least once in every sleep, also when the deadline has passed already.
 */
export const systemClock: Clock = {
  now: () => process.hrtime.bigint(),
  wall: () => new Date(),
  sleepUntil,
};

async function sleepUntil(deadline: MonotonicNs, signal: AbortSignal): Promise<void> {
  let remainingNs = deadline - process.hrtime.bigint();
  let yielded = false;
  while (!signal.aborted && remainingNs > MAX_BLOCK_NS) {
    await timer(Number((remainingNs - TIMER_MARGIN_NS) / 1_000_000n), signal);
    yielded = true;
    remainingNs = deadline - process.hrtime.bigint();
  }
  if (!yielded) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    remainingNs = deadline - process.hrtime.bigint();
  }
  // Again if it was short: V8 keeps the timeout in whole µs, and a read before its point of the
  // grid would not be that point's.
  while (!signal.aborted && remainingNs > 0n) {
    Atomics.wait(sleepCell, 0, 0, Number(remainingNs) / 1e6);
    remainingNs = deadline - process.hrtime.bigint();
  }
}

function timer(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timeout);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timeout = setTimeout(wake, Math.min(delayMs, MAX_TIMER_MS));
    signal.addEventListener('abort', wake);
  });
}

/** The earlier of a deadline and an end, if there is one. */
export function earlier(deadline: MonotonicNs, end: MonotonicNs | undefined): MonotonicNs {
  return end !== undefined && end < deadline ? end : deadline;
}
