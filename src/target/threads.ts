import { readdir } from 'node:fs/promises';
import { readText, statusField } from './proc.js';

/** SIGSTOP (19) in the signal masks of /proc/PID/status, on every architecture but MIPS. */
const SIGSTOP_BIT = 1n << 18n;

/** What /proc/PID/task/TID/status says of one thread (proc(5)). */
export interface ThreadState {
  readonly tid: number;
  readonly state: string;
  readonly tracerPid: number;
  /** A SIGSTOP is on its way: the thread is about to stop. */
  readonly stopPending: boolean;
}

/** All threads of a process; empty when it is gone. */
export async function readThreads(pid: number): Promise<readonly ThreadState[]> {
  const tids = await readdir(`/proc/${pid}/task`).catch(() => []);
  const states = await Promise.all(
    tids.map(async (tid) => {
      const status = await readText(`/proc/${pid}/task/${tid}/status`);
      return status === undefined ? undefined : parseThread(Number(tid), status);
    }),
  );
  return states.filter((state) => state !== undefined);
}

/**
 * Whether an attach is over: every thread is traced by `tracer`, none is stopped, and no
 * SIGSTOP of the attach is still to come. From here on the tracer may vanish without a trace.
 */
export function isQuiescent(threads: readonly ThreadState[], tracer: number): boolean {
  const living = threads.filter((thread) => !isEnded(thread));
  return (
    living.length > 0 &&
    living.every(
      (thread) => thread.tracerPid === tracer && !isStopped(thread) && !thread.stopPending,
    )
  );
}

/** Whether any thread is in group stop: the process was stopped by a signal. */
export function isGroupStopped(threads: readonly ThreadState[]): boolean {
  return threads.some((thread) => thread.state === 'T');
}

/** Whether nothing of the process runs any more, though its parent has not collected it yet. */
export function hasEnded(threads: readonly ThreadState[]): boolean {
  return threads.every(isEnded);
}

function isStopped(thread: ThreadState): boolean {
  return thread.state === 'T' || thread.state === 't';
}

function isEnded(thread: ThreadState): boolean {
  return thread.state === 'Z' || thread.state === 'X';
}

function parseThread(tid: number, status: string): ThreadState {
  const pending = (name: string): bigint => BigInt(`0x${statusField(status, name) || '0'}`);
  return {
    tid,
    state: statusField(status, 'State').slice(0, 1),
    tracerPid: Number(statusField(status, 'TracerPid')),
    stopPending: ((pending('SigPnd') | pending('ShdPnd')) & SIGSTOP_BIT) !== 0n,
  };
}
