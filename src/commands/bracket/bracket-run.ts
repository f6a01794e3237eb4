import type { WatchedGuest } from '../../guest/watched-guest.js';
import type { Observer } from '../../observers/observer.js';
import type { TakeIn } from '../sample-guests.js';
import { type GuestResult, sampleGuests } from '../sample-guests.js';
import type { CommandRunner } from './command-runner.js';

/** One run of the command, with what the guests executed meanwhile. */
export interface BracketRun {
  readonly results: readonly GuestResult[];
  /** The command's, as a shell has it; undefined if it was not begun. */
  readonly status: number | undefined;
}

/**
 * Reads the counters, runs the command, and reads them again when it has ended. The command is not
 * begun if no counters could be read before it, or a signal came.
 *
 * @throws CommandError if it can't be started; what an observer throws, when the command has ended
 */
export async function runBracketed(
  guests: readonly WatchedGuest[],
  runner: CommandRunner,
  intervalNs: number | undefined,
  observer: Observer,
  takeIn: TakeIn | undefined,
): Promise<BracketRun> {
  const stop = new AbortController();
  const baselines = new BaselineCount();
  const sampling = sampleGuests(guests, {
    ...(intervalNs === undefined ? {} : { intervalNs }),
    limit: {},
    stop,
    observer,
    onBaselines: (count) => baselines.settle(count),
    takeIn,
  });
  // It is waited for at the end; until then a failure has to wait, too.
  sampling.catch(() => baselines.settle(0));

  let status: number | undefined;
  try {
    const canCount = (await baselines.settled) > 0;
    if (canCount && runner.signal === undefined) status = await runner.run();
  } finally {
    stop.abort('command');
    await sampling.catch(() => {});
  }
  return { results: await sampling, status };
}

/** How many guests' first reads gave counters, once it is known. */
class BaselineCount {
  readonly settled: Promise<number>;
  settle: (count: number) => void = () => {};

  constructor() {
    this.settled = new Promise((resolve) => {
      this.settle = resolve;
    });
  }
}
