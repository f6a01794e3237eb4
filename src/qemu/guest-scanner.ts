import { setImmediate as turn } from 'node:timers/promises';
import { readStartTicks } from '../proc/process.js';
import { listProcesses } from '../proc/processes.js';
import { lookAt } from './survey.js';

/** One process for good: a pid that is used again is another one. */
export interface FoundProcess {
  readonly pid: number;
  readonly startTicks: bigint;
}

/** How long a process that was no guest is not looked at again; exec(2) may make it one. */
const TRUSTED_MS = 3_500;
/** How many processes are looked at in one turn of the event loop. */
const AT_A_TIME = 32;

/** A process that was no guest. */
interface Other {
  readonly looks: number;
  readonly lookedAtMs: number;
}

/** Looks for guests again and again, at the price of what may have changed since the last time. */
export class GuestScanner {
  #guests = new Map<number, bigint>();
  #others = new Map<number, Other>();

  /** All guests that there are; those that are `known` to be one are looked at no further. */
  async scan(known: (found: FoundProcess) => boolean): Promise<readonly FoundProcess[]> {
    const pids = await listProcesses();
    const guests = new Map<number, bigint>();
    const others = new Map<number, Other>();
    for (const [at, pid] of pids.entries()) {
      if (at % AT_A_TIME === AT_A_TIME - 1) await turn();
      const startTicks = await this.#startOfKnown(pid, known);
      const before = startTicks === undefined ? this.#others.get(pid) : undefined;
      if (startTicks !== undefined) {
        guests.set(pid, startTicks);
      } else if (before !== undefined && isTrusted(before)) {
        others.set(pid, before);
      } else {
        const found = await lookAt(pid);
        if (typeof found === 'object') guests.set(pid, found.target.startTicks);
        else others.set(pid, { looks: (before?.looks ?? 0) + 1, lookedAtMs: performance.now() });
      }
    }
    this.#guests = guests;
    this.#others = others;
    return [...guests].map(([pid, startTicks]) => ({ pid, startTicks }));
  }

  async #startOfKnown(
    pid: number,
    known: (found: FoundProcess) => boolean,
  ): Promise<bigint | undefined> {
    const startTicks = this.#guests.get(pid);
    if (startTicks === undefined || !known({ pid, startTicks })) return undefined;
    return readStartTicks(pid) === startTicks ? startTicks : undefined;
  }
}

/** Not after the first look: a QEMU that has just been started loads its plugins a little later. */
function isTrusted({ looks, lookedAtMs }: Other): boolean {
  return looks > 1 && performance.now() - lookedAtMs < TRUSTED_MS;
}
