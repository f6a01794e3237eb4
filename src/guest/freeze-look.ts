import { frozenCgroup } from '../proc/cgroup.js';
import type { Reading } from '../sampler/reading.js';

/** How often a guest that executes nothing is looked at for the reason. */
const LOOK_NS = 100_000_000n;

/** Tells a guest that is frozen from one that is idle: both execute nothing, and can be read. */
export class FreezeLook {
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
