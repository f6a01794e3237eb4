import { countLivingThreads, readThreadNames } from '../proc/threads.js';
import type { QemuCommand } from '../qemu/command-line.js';
import { VcpuList } from '../qemu/vcpu-list.js';

/** What is known of a guest's vCPUs at one moment. */
export interface Observation {
  readonly count: number;
  /** Threads that execute guest code: where it is one, no two vCPUs ever count at the same time. */
  readonly threads: number;
}

/** What it takes to look for a guest's vCPUs. */
export interface VcpuOwner {
  readonly target: { readonly pid: number };
  readonly command: QemuCommand;
}

/**
 * The vCPUs of a guest, as they are and not as the command line has them: the one place to ask.
 *
 * In user mode every thread of the guest is a vCPU. In system mode QEMU's own list tells; where that
 * is not to be had the names of the threads do, if QEMU gives them any (`-name debug-threads=on`), and
 * at last the command line.
 */
export class Vcpus {
  readonly #owner: VcpuOwner;
  readonly #list: Promise<VcpuList | undefined>;
  #threadsSeen = 0;
  #now: Observation = { count: 1, threads: 1 };
  #most = 1;

  /** `look` is to be called before anything is asked. What it needs of QEMU's files is read from now on. */
  constructor(owner: VcpuOwner) {
    this.#owner = owner;
    const { target, command } = owner;
    this.#list = command.kind === 'user' ? Promise.resolve(undefined) : VcpuList.find(target.pid);
  }

  /** How many there are now. */
  get count(): number {
    return this.#now.count;
  }

  /** The most that there have been at a time: what has counted stays in the counters. */
  get most(): number {
    return this.#most;
  }

  /** Whether any two of them run at the same time. */
  get areParallel(): boolean {
    return this.#now.threads > 1;
  }

  /** Looks, or looks again if a thread has come or gone since; that alone costs microseconds. */
  async look(): Promise<void> {
    const threads = countLivingThreads(this.#owner.target.pid);
    if (threads === this.#threadsSeen || threads === 0) return;
    this.#threadsSeen = threads;
    this.#now = await this.#observe(threads);
    this.#most = Math.max(this.#most, this.#now.count);
  }

  async #observe(threads: number): Promise<Observation> {
    const { target, command } = this.#owner;
    if (command.kind === 'user') return ofUserMode(threads);
    const list = await this.#list;
    if (command.kind === undefined && list !== undefined && !list.isOfSystem) {
      return ofUserMode(threads);
    }
    const listed = await list?.read();
    if (listed === undefined)
      return vcpusByThreads(await readThreadNames(target.pid), threads, command);
    const { count, parallel = threads - OTHER_THREADS >= count } = listed;
    return { count, threads: parallel ? count : 1 };
  }
}

/** In system mode QEMU has at least the main thread and the one for RCU beside the vCPUs'. */
const OTHER_THREADS = 2;

/** The main thread is a vCPU, and all others but the one for RCU (util/rcu.c). */
function ofUserMode(threads: number): Observation {
  const count = Math.max(1, threads - 1);
  return { count, threads: count };
}

/**
 * What the threads of a QEMU in system mode tell, of which `threads` live. The names are those of
 * accel/tcg/tcg-accel-ops-mttcg.c and tcg-accel-ops-rr.c.
 */
export function vcpusByThreads(
  names: readonly string[],
  threads: number,
  command: QemuCommand,
): Observation {
  const named = names.filter((name) => /^CPU \d+\/TCG$/.test(name)).length;
  if (named > 0) return { count: named, threads: named };
  const count = command.vcpus ?? 1;
  const isSingle =
    command.singleThread ||
    names.some((name) => name.startsWith('ALL CPUs')) ||
    threads - OTHER_THREADS < count;
  return { count, threads: isSingle ? 1 : count };
}
