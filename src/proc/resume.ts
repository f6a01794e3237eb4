import { setTimeout as sleep } from 'node:timers/promises';
import { readStartTicks } from './process.js';
import { isGroupStopped, mayBeFrozen, mayBeStopping, readThreads, tracerOf } from './threads.js';

/** A thread can wait this long for a processor, on a machine that has far too few. */
const SETTLE_TIMEOUT_MS = 5_000;
const POLL_MS = 3;

/**
 * Takes back the SIGSTOP of an attach or a detach that a thread has not taken, as it can't while it is
 * frozen. To be called before gdb is killed: there is no moment then at which a signal is left behind.
 *
 * SIGCONT discards the stop signals that are pending for any thread of the process (prepare_signal in
 * kernel/signal.c), and one that a thread has taken and not yet acted upon (JOBCTL_STOP_DEQUEUED in
 * ptrace_signal there). Its owner's is sent again.
 */
export function withdrawStop(pid: number, startTicks: bigint, tid: number): void {
  const threads = readThreads(pid);
  const thread = threads.find((one) => one.tid === tid);
  if (thread === undefined || !mayBeStopping(thread) || isGroupStopped(threads)) return;
  if (readStartTicks(pid) !== startTicks) return;
  try {
    process.kill(pid, 'SIGCONT');
    if (thread.groupStopPending) process.kill(pid, 'SIGSTOP');
  } catch {
    // It has ended.
  }
}

/**
 * Lets a guest run on that a dying gdb left stopped, or about to stop. This file is the one place where
 * we signal the guest.
 *
 * To attach and to detach gdb sends a SIGSTOP to the thread and waits for it. If it dies in
 * between, the signal is left behind, and without a tracer it stops the whole process: as soon as
 * the thread gets a processor to act upon it. So this looks until that thread sleeps, as QEMU's
 * RCU thread does nearly always.
 *
 * The caller has seen that the guest was not stopped before: from the outside the two can't be told
 * apart. Returns whether it had to be resumed.
 */
export async function resumeIfLeftStopped(
  pid: number,
  startTicks: bigint,
  tid: number,
): Promise<boolean> {
  const giveUpAt = performance.now() + SETTLE_TIMEOUT_MS;
  let resumed = false;
  while (performance.now() < giveUpAt) {
    const threads = readThreads(pid);
    const traced = threads.find((thread) => thread.tid === tid);
    if (traced === undefined) break;
    if (tracerOf(threads) !== undefined) {
      // gdb behind a script: it is about to be gone as well.
    } else if (mayBeStopping(traced) && !isGroupStopped(threads)) {
      withdrawStop(pid, startTicks, tid);
      // What it has not done yet is called off.
      if (mayBeFrozen(traced)) break;
    } else if (isGroupStopped(threads)) {
      if (resumed || readStartTicks(pid) !== startTicks) break;
      try {
        process.kill(pid, 'SIGCONT');
      } catch {
        break;
      }
      resumed = true;
    } else if (traced.state !== 'R') {
      break;
    }
    await sleep(POLL_MS);
  }
  return resumed;
}
