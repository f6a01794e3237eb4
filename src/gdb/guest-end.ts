import { setTimeout as sleep } from 'node:timers/promises';
import type { GuestEnd } from '../sampler/reading.js';
import { hasAddressSpace, readStartTicks } from '../target/proc.js';
import { hasEnded, readThreads } from '../target/threads.js';

/** For how long a process that is about to exit may still look alive. */
const END_GRACE_MS = 200;
const END_POLL_MS = 2;

/** A process, told from a later one with the same pid. */
export interface GuestProcess {
  readonly pid: number;
  readonly startTicks: bigint;
}

export async function isAlive({ pid, startTicks }: GuestProcess): Promise<boolean> {
  return (await readStartTicks(pid)) === startTicks && !hasEnded(await readThreads(pid));
}

/**
 * What became of the process whose traced thread is gone: it has ended, or it has called execve(2),
 * which ends all threads but one. gdb shows the two alike. `reported` is how it shows it so far.
 */
export async function howGuestEnded(
  guest: GuestProcess,
  reported: () => GuestEnd,
): Promise<GuestEnd> {
  const giveUpAt = performance.now() + END_GRACE_MS;
  for (;;) {
    await sleep(END_POLL_MS);
    const isPatient = performance.now() < giveUpAt;
    if (!(await isAlive(guest))) {
      // The record that names the signal comes second.
      if (reported().kind !== 'gone' || !isPatient) return reported();
    } else if (!isPatient && (await hasAddressSpace(guest.pid))) {
      return { kind: 'exec' };
    }
  }
}
