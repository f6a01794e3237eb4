import { type FoundProcess, GuestScanner } from '../qemu/guest-scanner.js';
import { type CandidateEvents, tendGuest } from './candidate.js';
import { Following } from './following.js';
import { GdbStartLimiter } from './gdb-start-limiter.js';
import type { GuestOptions } from './resolve-guest.js';
import type { WatchedGuest } from './watched-guest.js';

/** Does something with a guest for as long as it is there; then the guest is left. */
export type UseGuest = (guest: WatchedGuest) => Promise<void>;

/** What is told of guests that come. */
export interface NewcomerEvents extends Omit<CandidateEvents, 'labelled'> {
  /** One could not be had, which is told of the first time, and is tried again. */
  readonly onFailure?: () => void;
}

/**
 * Takes in every guest of this host that comes, and has `use` work with it, until `signal` is
 * aborted and `use` is done with all. `already` are those that it need not look for any more, or not
 * yet.
 *
 * @throws what `use` throws, if that is no IcountError
 */
export async function takeInNewcomers(
  options: GuestOptions,
  events: NewcomerEvents,
  already: ConstructorParameters<typeof Following>[1],
  use: UseGuest,
  signal: AbortSignal,
): Promise<void> {
  const scanner = new GuestScanner();
  const limiter = new GdbStartLimiter(options.gdb);
  const following = new Following(
    {
      find: (isTended) => scanner.scan(isTended),
      tend: (found: FoundProcess, ending) =>
        tendGuest(found, ending, limiter, { ...options, ...events, labelled: true }, use),
      onFailure({ message }, isNew) {
        events.onFailure?.();
        if (isNew) events.messages.notice(`left out, to be tried again: ${message}`);
      },
    },
    already,
  );
  await following.run(signal);
}
