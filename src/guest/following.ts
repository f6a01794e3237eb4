import { setTimeout as sleep } from 'node:timers/promises';
import { IcountError, NoSuchProcessError } from '../errors.js';
import type { FoundProcess } from '../qemu/guest-scanner.js';

/** How often there is a look for new ones: two looks and an attach are within 5 s. */
const LOOK_EVERY_MS = 2_000;
/** How long until one that could not be had is tried again: twice as long each time, up to the most. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 300_000;

/** How guests are found, and what is done with each. */
export interface FollowingOptions {
  /** Every guest that there is now; `isTended` are known to be one. */
  readonly find: (isTended: (found: FoundProcess) => boolean) => Promise<readonly FoundProcess[]>;
  /**
   * Attaches to one, works with it for as long as it is there or `signal` is not aborted, and
   * leaves it. An `IcountError` is for one that could not be had, or not any more though it is
   * there; anything else ends the following.
   */
  readonly tend: (found: FoundProcess, signal: AbortSignal) => Promise<void>;
  /** That one could not be had, and is tried again; `isNew` the first time that it is so. */
  readonly onFailure: (error: IcountError, isNew: boolean) => void;
  /** How long until the next look; for tests. */
  readonly lookEveryMs?: number;
}

/** One that could not be had. */
interface Failed {
  readonly times: number;
  readonly retryAtMs: number;
}

/** Guests that come and go: each that is found is tended, and forgotten when it is gone. */
export class Following {
  readonly #options: FollowingOptions;
  readonly #stop = new AbortController();
  readonly #tended = new Map<string, Promise<void>>();
  /** Those that others tend. */
  readonly #others = new Set<string>();
  readonly #failed = new Map<string, Failed>();
  #bug: { readonly error: unknown } | undefined;

  /** `tended` are others' to tend, `failed` could not be had a moment ago. */
  constructor(
    options: FollowingOptions,
    already: {
      readonly tended?: readonly FoundProcess[];
      readonly failed?: readonly FoundProcess[];
    } = {},
  ) {
    this.#options = options;
    for (const found of already.tended ?? []) this.#others.add(keyOf(found));
    for (const found of already.failed ?? []) this.#noteFailure(keyOf(found));
  }

  /**
   * Looks for guests until `signal` is aborted; then waits until all have been left.
   *
   * @throws what `find` throws, and `tend` that is no IcountError
   */
  async run(signal: AbortSignal): Promise<void> {
    const stop = (): void => this.#stop.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const isTended = (found: FoundProcess): boolean => {
      const key = keyOf(found);
      return this.#tended.has(key) || this.#others.has(key);
    };
    try {
      while (!this.#stop.signal.aborted) {
        this.#see(await this.#options.find(isTended));
        const pause = this.#options.lookEveryMs ?? LOOK_EVERY_MS;
        await sleep(pause, undefined, { signal: this.#stop.signal }).catch(() => {});
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
      await Promise.all(this.#tended.values());
    }
    if (this.#bug !== undefined) throw this.#bug.error;
  }

  #see(found: readonly FoundProcess[]): void {
    const keys = new Set(found.map(keyOf));
    for (const gone of [...this.#failed.keys()].filter((key) => !keys.has(key))) {
      this.#failed.delete(gone);
    }
    for (const gone of [...this.#others].filter((key) => !keys.has(key))) this.#others.delete(gone);
    if (this.#stop.signal.aborted) return;
    for (const one of found) {
      const key = keyOf(one);
      const isDue = performance.now() >= (this.#failed.get(key)?.retryAtMs ?? 0);
      if (isDue && !this.#tended.has(key) && !this.#others.has(key)) {
        this.#tended.set(key, this.#tend(one, key));
      }
    }
  }

  async #tend(found: FoundProcess, key: string): Promise<void> {
    try {
      await this.#options.tend(found, this.#stop.signal);
      this.#failed.delete(key);
    } catch (error) {
      if (
        error instanceof NoSuchProcessError ||
        (error instanceof IcountError && this.#stop.signal.aborted)
      ) {
        this.#failed.delete(key);
      } else if (error instanceof IcountError) {
        this.#options.onFailure(error, this.#noteFailure(key));
      } else {
        this.#bug ??= { error };
        this.#stop.abort();
      }
    }
    this.#tended.delete(key);
  }

  /** Returns whether it is the first. */
  #noteFailure(key: string): boolean {
    const times = (this.#failed.get(key)?.times ?? 0) + 1;
    const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LAST_RETRY_MS);
    this.#failed.set(key, { times, retryAtMs: performance.now() + pauseMs });
    return times === 1;
  }
}

function keyOf({ pid, startTicks }: FoundProcess): string {
  return `${pid} ${startTicks}`;
}
