import { GuestFrozenError, GuestStoppedError, GuestUnresponsiveError } from '../errors.js';
import { frozenCgroup } from '../proc/cgroup.js';
import { isGroupStopped, readThreads } from '../proc/threads.js';
import type { Reading, StopCause } from '../sampler/reading.js';

/** How often a guest that its owner has stopped is looked at. */
export const STOPPED_POLL_MS = 20;

/** How often a guest that executes nothing is looked at for the reason. */
const LOOK_NS = 100_000_000n;

/** How its owner keeps a process, with no gdb attached, from running; undefined if it runs. */
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

/** Tells a guest that is frozen from one that is idle: both execute nothing, and can be read. */
export class FreezeDetector {
  readonly #pid: number;
  #counters: readonly bigint[] | undefined;
  #lookedAt = -LOOK_NS;
  #isFrozen = false;

  constructor(pid: number) {
    this.#pid = pid;
  }

  /** Whether the guest was frozen at this reading. Costs nothing as long as it executes something. */
  isFrozen({ counters, takenAt }: Reading): boolean {
    const before = this.#counters;
    this.#counters = counters;
    if (before === undefined || counters.some((counter, index) => counter !== before[index])) {
      this.#isFrozen = false;
    } else if (takenAt - this.#lookedAt >= LOOK_NS) {
      this.#lookedAt = takenAt;
      this.#isFrozen = frozenCgroup(this.#pid) !== undefined;
    }
    return this.#isFrozen;
  }
}
