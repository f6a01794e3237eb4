import { IcountError, InterruptedError, NoGuestError } from '../errors.js';
import type { Messages } from '../messages.js';
import { checkProc } from '../proc/check-proc.js';
import type { FoundProcess } from '../qemu/guest-scanner.js';
import { findGuests } from '../qemu/survey.js';
import { type Candidate, resolveCandidate } from './candidate.js';
import { GdbStartLimiter } from './gdb-start-limiter.js';
import type { GuestOptions } from './resolve-guest.js';
import type { WatchedGuest } from './watched-guest.js';

/** Which guests: those named, in their order, or every one that we may watch. */
export type GuestChoice =
  | { readonly kind: 'named'; readonly pids: readonly number[] }
  | { readonly kind: 'all' };

/** Which guests are watched, and how. */
export interface GuestsOptions extends GuestOptions {
  readonly guests: GuestChoice;
}

/**
 * Attaches to the guests, unless `signal` calls it off, lets `use` work with them, and leaves them
 * whatever happened.
 *
 * Of guests that were named each must be had, or none is watched, as with `perf stat -p`; and all
 * are resolved before the first is touched. With --all those that can't be had are left out, and
 * `use` is told which.
 *
 * @throws an IcountError that says why there is nothing to watch
 */
export async function withGuests<T>(
  options: GuestsOptions,
  messages: Messages,
  signal: AbortSignal,
  use: (guests: readonly WatchedGuest[], leftOut: readonly FoundProcess[]) => Promise<T>,
  onGdbReplaced?: () => void,
): Promise<T> {
  checkProc();
  const choice = options.guests;
  const found = await processesOf(choice);
  const waited = await messages.wait(
    `attaching to process ${found.map(({ pid }) => pid).join(', ')}`,
  );
  const labelled = areLabelled(choice);
  const events = { messages, labelled, ...(onGdbReplaced === undefined ? {} : { onGdbReplaced }) };
  const limiter = new GdbStartLimiter(options.gdb);
  const candidates: Candidate[] = [];
  try {
    const open = async ({ pid }: { readonly pid: number }): Promise<Candidate> => {
      const candidate = await limiter.take(async () => {
        if (signal.aborted) throw new InterruptedError(pid);
        return await resolveCandidate(pid, options, events);
      });
      candidates.push(candidate);
      return candidate;
    };
    const resolved = availableOf(await Promise.allSettled(found.map(open)), choice, messages);
    const guests = availableOf(
      await Promise.allSettled(resolved.map((one) => one.attach(signal))),
      choice,
      messages,
    );
    waited();
    const watched = new Set(guests.map(({ pid }) => pid));
    return await use(
      guests,
      found.flatMap(({ pid, startTicks }) =>
        startTicks === undefined || watched.has(pid) ? [] : [{ pid, startTicks }],
      ),
    );
  } finally {
    waited();
    await Promise.all(candidates.map((candidate) => candidate.leave()));
  }
}

/** Whether rows say whose they are: not where one guest was named. */
export function areLabelled(choice: GuestChoice): boolean {
  return choice.kind === 'all' || new Set(choice.pids).size > 1;
}

/** @throws NoGuestError */
async function processesOf(
  choice: GuestChoice,
): Promise<readonly { readonly pid: number; readonly startTicks?: bigint }[]> {
  if (choice.kind === 'named') return [...new Set(choice.pids)].map((pid) => ({ pid }));
  const found = await findGuests();
  if (found.length === 0) throw new NoGuestError();
  return found.map(({ pid, target }) => ({ pid, startTicks: target.startTicks }));
}

/**
 * What could be had, of what was tried; what could not is told of.
 *
 * @throws the first failure, if everything was named or nothing is left
 */
function availableOf<T>(
  results: readonly PromiseSettledResult<T>[],
  choice: GuestChoice,
  messages: Messages,
): readonly T[] {
  const values = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failures = results.flatMap((result): readonly unknown[] =>
    result.status === 'rejected' ? [result.reason] : [],
  );
  const bug = failures.find((failure) => !(failure instanceof IcountError));
  if (bug !== undefined) throw bug;
  if (failures.length > 0 && (choice.kind === 'named' || values.length === 0)) throw failures[0];
  for (const failure of failures) {
    if (failure instanceof IcountError) messages.notice(`left out: ${failure.message}`);
  }
  return values;
}
