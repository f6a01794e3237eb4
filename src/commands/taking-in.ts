import type { GuestsOptions } from '../guest/guests.js';
import { takeInNewcomers, type UseGuest } from '../guest/newcomers.js';
import type { WatchedGuest } from '../guest/watched-guest.js';
import type { Messages } from '../messages.js';
import type { FoundProcess } from '../qemu/guest-looks.js';

/** Has `sample` work with each guest that comes, until `over` is aborted and it is done with all. */
export type TakeIn = (sample: UseGuest, over: AbortSignal) => Promise<void>;

/**
 * With --all, what takes in guests that come later than those that are watched; those that were left
 * out are tried again before long. Undefined where guests were named.
 */
export function takingIn(
  options: GuestsOptions,
  messages: Messages,
  watched: readonly WatchedGuest[],
  leftOut: readonly FoundProcess[],
): TakeIn | undefined {
  if (options.guests.kind === 'named') return undefined;
  const already = { tended: watched.map(({ target }) => target), failed: leftOut };
  return (sample, over) => takeInNewcomers(options, { messages }, already, sample, over);
}
