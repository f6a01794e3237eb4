import { readThreads } from '../proc/threads.js';
import type { ResolvedGuest } from './resolve-guest.js';

/** System mode says it on the command line; in user mode each guest thread is a vCPU. */
export async function countVcpus(
  guest: Pick<ResolvedGuest, 'command' | 'target'>,
): Promise<number> {
  if (guest.command.kind !== 'user') return guest.command.maxVcpus ?? 1;
  // QEMU itself has one more thread, for RCU (util/rcu.c).
  return Math.max(1, (await readThreads(guest.target.pid)).length - 1);
}
