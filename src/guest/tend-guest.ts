import type { FoundProcess } from '../qemu/guest-looks.js';
import { type CandidateEvents, resolveCandidate } from './candidate.js';
import type { GdbRoom } from './gdb-room.js';
import type { GuestOptions } from './resolve-guest.js';
import type { WatchedGuest } from './watched-guest.js';

/**
 * Attaches to one guest, lets `use` work with it, and leaves it whatever happened; does nothing if
 * `signal` is aborted before there is room for its gdb, and calls the attach off if it is then.
 *
 * @throws an IcountError that says why it can't be had; what `use` throws
 */
export async function tendGuest(
  { pid }: FoundProcess,
  signal: AbortSignal,
  room: GdbRoom,
  options: GuestOptions & CandidateEvents,
  use: (guest: WatchedGuest) => Promise<void>,
): Promise<void> {
  const candidate = await room.take(async () =>
    signal.aborted ? undefined : await resolveCandidate(pid, options, options),
  );
  if (candidate === undefined) return;
  try {
    await use(await candidate.attach(signal));
  } finally {
    await candidate.leave();
  }
}
