import { opendirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { readText, readTextNow, statusField } from './process.js';

/** SIGSTOP in the signal masks of /proc/PID/status: 19 on most hosts, 23 on MIPS (signal(7)). */
const SIGSTOP_BIT = 1 << (constants.signals.SIGSTOP - 1);

/** It fails once in thousands of times where threads come and go. */
const LIST_ATTEMPTS = 20;

/** What /proc/PID/task/TID/status says of one thread (proc(5)). */
export interface ThreadState {
  readonly tid: number;
  readonly state: string;
  readonly tracerPid: number;
  /** A SIGSTOP to this thread is on its way, as an attach and a detach send it: it is about to stop. */
  readonly stopPending: boolean;
  /** A SIGSTOP to the process is on its way, as its owner sends it. */
  readonly groupStopPending: boolean;
}

/**
 * All threads of a process, in the order of their creation; empty when it is gone. At once: beside busy
 * vCPUs each file that another thread of ours read would cost some milliseconds.
 */
export function readThreads(pid: number): readonly ThreadState[] {
  return listThreads(pid).flatMap((tid) => {
    const status = readTextNow(`/proc/${pid}/task/${tid}/status`);
    return status === undefined ? [] : [parseThread(tid, status)];
  });
}

/**
 * The thread to be traced, so that its process is open to us: the first one beside the main thread.
 * QEMU starts it before main() (util/rcu.c, since 2.3), it lives as long as the process, blocks all
 * signals, runs no guest code, and nobody waits for it within milliseconds. Undefined when nothing
 * of the process lives.
 */
export function threadToTrace(threads: readonly ThreadState[], pid: number): number | undefined {
  const living = threads.filter((thread) => !isEnded(thread)).map(({ tid }) => tid);
  return living.find((tid) => tid !== pid) ?? living[0];
}

/**
 * Whether an attach is over: a thread is traced, runs, and no SIGSTOP of the attach is still to
 * come. From here on the tracer may vanish without a trace.
 *
 * A thread frozen by a cgroup of version 1 is in state D, stopped before or not (TASK_FROZEN,
 * kernel/freezer.c): `frozen` is what to assume of it.
 */
export function isQuiescent(
  threads: readonly ThreadState[],
  frozen: 'stopped' | 'at-rest',
): boolean {
  const traced = threads.filter((thread) => thread.tracerPid !== 0 && !isEnded(thread));
  const isKnown = (thread: ThreadState): boolean => frozen === 'at-rest' || !mayBeFrozen(thread);
  return traced.length > 0 && traced.every((thread) => isAtRest(thread) && isKnown(thread));
}

/** Whether the stop of an attach or a detach is pending, or may be, as state D does not show it. */
export function mayBeStopping(thread: ThreadState): boolean {
  return thread.stopPending || mayBeFrozen(thread);
}

/** Whether it may be frozen such that it does not show whether it was stopped before. */
export function mayBeFrozen(thread: ThreadState): boolean {
  return thread.state === 'D';
}

/** Whether any thread is in group stop: the process was stopped by a signal. */
export function isGroupStopped(threads: readonly ThreadState[]): boolean {
  return threads.some((thread) => thread.state === 'T');
}

/**
 * Whether it was the owner of the process who stopped it. What an attach or a detach leaves behind
 * stops a process only when the tracer has let go of it.
 */
export function isStoppedByOwner(threads: readonly ThreadState[]): boolean {
  return isGroupStopped(threads) && tracerOf(threads) !== undefined;
}

/** Whether nothing of the process runs any more, though its parent has not collected it yet. */
export function hasEnded(threads: readonly ThreadState[]): boolean {
  return threads.every(isEnded);
}

/** Whether a thread is there and has not ended. */
export function isLiving(threads: readonly ThreadState[], tid: number | undefined): boolean {
  return threads.some((thread) => thread.tid === tid && !isEnded(thread));
}

/** The process that traces one of these threads; undefined when none does. */
export function tracerOf(threads: readonly ThreadState[]): number | undefined {
  return threads.find(({ tracerPid }) => tracerPid !== 0)?.tracerPid;
}

function isAtRest(thread: ThreadState): boolean {
  return !isStopped(thread) && !thread.stopPending && !thread.groupStopPending;
}

function isStopped(thread: ThreadState): boolean {
  return thread.state === 'T' || thread.state === 't';
}

function isEnded(thread: ThreadState): boolean {
  return thread.state === 'Z' || thread.state === 'X';
}

/**
 * Not by `readdir`, which sorts: the kernel lists threads in the order of their creation. `opendir`
 * looks at each entry once more (Node's getDirent, for file systems that tell no types), and fails
 * when a thread has ended in between.
 */
function listThreads(pid: number): readonly number[] {
  for (let attempts = LIST_ATTEMPTS; attempts > 0; attempts -= 1) {
    try {
      return entriesOf(`/proc/${pid}/task`).map(Number);
    } catch {
      // A thread or the process has ended.
    }
  }
  return [];
}

function entriesOf(directory: string): readonly string[] {
  const names: string[] = [];
  const entries = opendirSync(directory);
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      names.push(entry.name);
    }
  } finally {
    entries.closeSync();
  }
  return names;
}

function parseThread(tid: number, status: string): ThreadState {
  // The last 32 of 64 signals or more: all that are not of real time.
  const isStopIn = (name: string): boolean =>
    (Number.parseInt(statusField(status, name).slice(-8), 16) & SIGSTOP_BIT) !== 0;
  return {
    tid,
    state: statusField(status, 'State').slice(0, 1),
    tracerPid: Number(statusField(status, 'TracerPid')),
    stopPending: isStopIn('SigPnd'),
    groupStopPending: isStopIn('ShdPnd'),
  };
}

/** Of /proc/PID/stat (proc_pid_stat(5)), counted from the parent's pid, which follows the state. */
const NUM_THREADS = 16;

/** How many threads a process has, without one that has ended but is still there; 0 if it is gone. */
export function countLivingThreads(pid: number): number {
  const stat = readTextNow(`/proc/${pid}/task/${pid}/stat`) ?? ') Z';
  const [state = 'Z', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Only the main thread can be there for long after its end.
  return Math.max(0, Number(fields[NUM_THREADS] ?? 0) - (/^[ZX]/.test(state) ? 1 : 0));
}

/** The names of all threads of a process, which are cut at 15 bytes; one at a time, as files are few. */
export async function readThreadNames(pid: number): Promise<readonly string[]> {
  const names: string[] = [];
  for (const tid of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    const name = await readText(`/proc/${pid}/task/${tid}/comm`);
    if (name !== undefined) names.push(name.trimEnd());
  }
  return names;
}
