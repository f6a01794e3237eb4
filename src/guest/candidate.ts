import type { Messages } from '../messages.js';
import type { FoundProcess } from '../qemu/guest-scanner.js';
import { attachGuest } from './attach-guest.js';
import type { GdbStartLimiter } from './gdb-start-limiter.js';
import { eventsOf, type GuestOptions, resolveGuest } from './resolve-guest.js';
import { type WatchedGuest, watchedGuest } from './watched-guest.js';

/** A guest whose counters are resolved; nothing has touched it yet. */
export interface Candidate {
  readonly pid: number;
  /** `signal` calls it off. @throws an IcountError that says why it can't be had */
  attach(signal: AbortSignal): Promise<WatchedGuest>;
  /** Leaves it running. To be called once, whatever happened. */
  leave(): Promise<void>;
}

/** What is said of a guest, and how often it was helped. */
export interface CandidateEvents {
  readonly messages: Messages;
  /** Whether what is said has to tell which guest it is about. */
  readonly labelled: boolean;
  /** A gdb that had ended or hung was replaced. */
  readonly onGdbReplaced?: () => void;
}

/**
 * Finds a guest's counters by its files alone.
 *
 * @throws an IcountError that says what is missing
 */
export async function resolveCandidate(
  pid: number,
  options: GuestOptions,
  { messages, labelled, onGdbReplaced }: CandidateEvents,
): Promise<Candidate> {
  const over = new AbortController();
  const resolved = await resolveGuest(pid, options, {
    ...eventsOf(messages),
    onNotice: (text) => messages.notice(labelled ? `process ${pid}: ${text}` : text),
    onOver: () => over.abort('stopped'),
    onGdbReplaced,
  });
  return {
    pid,
    async attach(signal) {
      return watchedGuest(resolved, await attachGuest(resolved, options, signal), over.signal);
    },
    leave: () => resolved.leave(),
  };
}

/**
 * Attaches to one guest, lets `use` work with it, and leaves it whatever happened; does nothing if
 * `signal` is aborted before there is room for its gdb, and calls the attach off if it is then.
 *
 * @throws an IcountError that says why it can't be had; what `use` throws
 */
export async function tendGuest(
  { pid }: FoundProcess,
  signal: AbortSignal,
  limiter: GdbStartLimiter,
  options: GuestOptions & CandidateEvents,
  use: (guest: WatchedGuest) => Promise<void>,
): Promise<void> {
  const candidate = await limiter.take(async () =>
    signal.aborted ? undefined : await resolveCandidate(pid, options, options),
  );
  if (candidate === undefined) return;
  try {
    await use(await candidate.attach(signal));
  } finally {
    await candidate.leave();
  }
}
