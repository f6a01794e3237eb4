import { systemClock } from '../clock.js';
import { IcountError, NoGuestError } from '../errors.js';
import type { Messages } from '../messages.js';
import { findGuests } from '../qemu/survey.js';
import { attachGuest } from './attach-guest.js';
import { type GuestOptions, type ResolvedGuest, resolveGuest } from './resolve-guest.js';
import { type WatchedGuest, watchedGuest } from './watched-guest.js';

/** Which guests: those named, in their order, or every one that we may watch. */
export type GuestChoice =
  | { readonly kind: 'named'; readonly pids: readonly number[] }
  | { readonly kind: 'all' };

/** Which guests are watched, and how. */
export interface GuestsOptions extends GuestOptions {
  readonly guests: GuestChoice;
}

/** A guest whose counters are resolved, with the signal that it is over. */
interface Candidate {
  readonly resolved: ResolvedGuest;
  readonly over: AbortSignal;
}

/**
 * Attaches to the guests, unless `signal` calls it off, lets `use` work with them, and leaves them whatever happened.
 *
 * Of guests that were named each must be had, or none is watched, as with `perf stat -p`; and all
 * are resolved before the first is touched. With --all those that can't be had are left out.
 *
 * @throws an IcountError that says why there is nothing to watch
 */
export async function withGuests<T>(
  options: GuestsOptions,
  messages: Messages,
  signal: AbortSignal,
  use: (guests: readonly WatchedGuest[]) => Promise<T>,
): Promise<T> {
  const pids = await pidsOf(options.guests);
  const waited = await messages.wait(`attaching to process ${pids.join(', ')}`);
  const candidates: Candidate[] = [];
  try {
    const had = new Possible(options.guests, messages);
    const open = async (pid: number): Promise<Candidate> => {
      const candidate = await resolve(pid, options, messages);
      candidates.push(candidate);
      return candidate;
    };
    const resolved = had.of(await Promise.allSettled(pids.map(open)));
    const guests = had.of(
      await Promise.allSettled(resolved.map((one) => attach(one, options, signal))),
    );
    waited();
    return await use(guests);
  } finally {
    waited();
    await Promise.all(candidates.map(({ resolved }) => resolved.leave()));
  }
}

/** Whether rows say whose they are: not where one guest was named. */
export function areLabelled(choice: GuestChoice): boolean {
  return choice.kind === 'all' || new Set(choice.pids).size > 1;
}

/** @throws NoGuestError */
async function pidsOf(choice: GuestChoice): Promise<readonly number[]> {
  if (choice.kind === 'named') return [...new Set(choice.pids)];
  const found = await findGuests();
  if (found.length === 0) throw new NoGuestError();
  return found.map(({ pid }) => pid);
}

/** What could be had, of what was tried. */
class Possible {
  readonly #choice: GuestChoice;
  readonly #messages: Messages;

  constructor(choice: GuestChoice, messages: Messages) {
    this.#choice = choice;
    this.#messages = messages;
  }

  /** @throws the first failure, if everything was named or nothing is left */
  of<T>(results: readonly PromiseSettledResult<T>[]): readonly T[] {
    const had = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failures = results.flatMap((result): readonly unknown[] =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    const told = failures.filter((failure) => failure instanceof IcountError);
    const bug = failures.find((failure) => !(failure instanceof IcountError));
    if (bug !== undefined) throw bug;
    if (failures.length > 0 && (this.#choice.kind === 'named' || had.length === 0)) {
      throw failures[0];
    }
    for (const { message } of told) this.#messages.notice(`left out: ${message}`);
    return had;
  }
}

async function resolve(
  pid: number,
  options: GuestsOptions,
  messages: Messages,
): Promise<Candidate> {
  const labelled = areLabelled(options.guests);
  const over = new AbortController();
  const resolved = await resolveGuest(pid, options, systemClock, {
    onNotice: (text) => messages.notice(labelled ? `process ${pid}: ${text}` : text),
    onOver: () => over.abort('stopped'),
    onLine: messages.conversation,
  });
  return { resolved, over: over.signal };
}

async function attach(
  { resolved, over }: Candidate,
  options: GuestsOptions,
  signal: AbortSignal,
): Promise<WatchedGuest> {
  return watchedGuest(resolved, await attachGuest(resolved, options, signal), over);
}
