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

  /** Whether the guest has executed nothing since the reading before this one. To be told of each. */
  isSuspect({ counters }: Reading): boolean {
    const before = this.#counters;
    this.#counters = counters;
    const isAtRest =
      before !== undefined && counters.every((counter, index) => counter === before[index]);
    if (!isAtRest) this.#isFrozen = false;
    return isAtRest;
  }

  /** Whether a guest that is suspect was frozen at this reading. */
  async isFrozen({ takenAt }: Reading): Promise<boolean> {
    if (takenAt - this.#lookedAt >= LOOK_NS) {
      this.#lookedAt = takenAt;
      this.#isFrozen = (await frozenCgroup(this.#pid)) !== undefined;
    }
    return this.#isFrozen;
  }
}
