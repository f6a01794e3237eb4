import { setTimeout as sleep } from 'node:timers/promises';
import { readStartTicks, readText, statusField } from './proc.js';
import { isGroupStopped, readThreads } from './threads.js';

/** SIGCONT (18) in the signal masks of /proc/PID/status. */
const SIGCONT_BIT = 1n << 17n;

/** For how long a SIGSTOP that a dead gdb left behind may take to show. */
const SETTLE_MS = 50;

/**
 * Lets a guest run on that a dying gdb left stopped. The one place where we signal the guest.
 *
 * A gdb that is killed in the middle of an attach or a detach can leave SIGSTOPs behind; the
 * caller has seen that the guest was not stopped before. Returns whether it had to be resumed.
 */
export async function resumeIfLeftStopped(pid: number, startTicks: bigint): Promise<boolean> {
  let resumed = false;
  for (let waitedMs = 0; waitedMs < SETTLE_MS; waitedMs += 5) {
    const threads = await readThreads(pid);
    if (threads.length === 0) break;
    const untraced = threads.every((thread) => thread.tracerPid === 0);
    if (untraced && isGroupStopped(threads) && (await readStartTicks(pid)) === startTicks) {
      try {
        process.kill(pid, 'SIGCONT');
        resumed = true;
      } catch {
        break;
      }
    }
    await sleep(5);
  }
  return resumed;
}

/**
 * Passes on a SIGCONT that came between a stop signal and our letting go of the guest: the guest
 * stops when it gets the first, with the second already behind it, and would stay so.
 */
export async function passOnMissedContinue(pid: number): Promise<void> {
  const status = (await readText(`/proc/${pid}/status`)) ?? '';
  const pending =
    BigInt(`0x${statusField(status, 'SigPnd') || '0'}`) |
    BigInt(`0x${statusField(status, 'ShdPnd') || '0'}`);
  if ((pending & SIGCONT_BIT) !== 0n) process.kill(pid, 'SIGCONT');
}
