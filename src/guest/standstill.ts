import { GuestFrozenError, GuestStoppedError, GuestUnresponsiveError } from '../errors.js';
import { frozenCgroup } from '../proc/cgroup.js';
import { isGroupStopped, readThreads } from '../proc/threads.js';
import type { StopCause } from '../sampler/reading.js';

/** What its owner keeps a process from running by, which nobody is attached to; undefined if it runs. */
export function standstillOf(pid: number): StopCause | undefined {
  if (isGroupStopped(readThreads(pid))) return 'signal';
  return frozenCgroup(pid) === undefined ? undefined : 'freezer';
}

/** Whether an attach failed because the guest does not run, which says nothing of gdb. */
export function isStandstill(error: unknown): boolean {
  return (
    error instanceof GuestStoppedError ||
    error instanceof GuestFrozenError ||
    error instanceof GuestUnresponsiveError
  );
}
