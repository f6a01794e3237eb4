import { setTimeout as sleep } from 'node:timers/promises';
import { NoSuchProcessError } from '../errors.js';
import { hasAddressSpace, readStartTicks } from '../proc/process.js';
import { hasEnded, isLiving, readThreads } from '../proc/threads.js';
import type { GuestEnd } from '../sampler/reading.js';

/** For how long a process that is about to exit may still look alive. */
const END_GRACE_MS = 200;
const END_POLL_MS = 2;

/** A process, told from a later one with the same pid. */
export interface GuestProcess {
  readonly pid: number;
  readonly startTicks: bigint;
}

/** What is said of one that is not there any more when it is to be attached to. */
export function endedMeanwhile(pid: number): NoSuchProcessError {
  return new NoSuchProcessError(pid, 'ended while we attached to it');
}

/** Whether it is still there, and some thread of it has not ended. */
export function isAlive(guest: GuestProcess): boolean {
  return isSameProcess(guest) && !hasEnded(readThreads(guest.pid));
}

/** Whether the pid has not been used again. */
export function isSameProcess({ pid, startTicks }: GuestProcess): boolean {
  return readStartTicks(pid) === startTicks;
}

/**
 * What became of the process whose thread `tid` is traced no more: it has ended, or it has called
 * execve(2), which ends all threads but one. gdb shows the two alike. `reported` is how it shows it
 * so far.
 *
 * Undefined if that thread lives: gdb has let go of it, as it does on SIGTERM, which it shows like an
 * end as well.
 */
export async function howGuestEnded(
  guest: GuestProcess,
  tid: number | undefined,
  reported: () => GuestEnd,
): Promise<GuestEnd | undefined> {
  const giveUpAt = performance.now() + END_GRACE_MS;
  for (;;) {
    await sleep(END_POLL_MS);
    const isPatient = performance.now() < giveUpAt;
    const threads = readThreads(guest.pid);
    if (!isSameProcess(guest) || hasEnded(threads)) {
      // The record that names the signal comes second.
      if (reported().kind !== 'gone' || !isPatient) return reported();
    } else if (isLiving(threads, tid)) {
      return undefined;
    } else if (!isPatient && hasAddressSpace(guest.pid)) {
      return { kind: 'exec' };
    }
  }
}
