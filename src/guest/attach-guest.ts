import { UsageError } from '../errors.js';
import { type Counters, pluginNames } from '../layout/layout.js';
import { proveBuild } from './build-proof.js';
import { readCounting } from './mode.js';
import type { GuestOptions, ResolvedGuest } from './resolve-guest.js';
import { dependsOnVcpus } from './vcpu-words.js';
import type { Vcpus } from './vcpus.js';

/** How a guest's counters are read, from its memory. */
export interface AttachedGuest {
  readonly counters: Counters;
  /** Looked for, where what is said about the counts depends on them. */
  readonly vcpus: Vcpus;
}

/**
 * Attaches, makes sure that the file is the one in memory, and learns how the plugin counts; `signal`
 * calls it off.
 *
 * @throws an IcountError that says why it can't be
 */
export async function attachGuest(
  guest: ResolvedGuest,
  options: GuestOptions,
  signal?: AbortSignal,
): Promise<AttachedGuest> {
  const { target, plugin, match, watch } = guest;
  const memory = await watch.attach(plugin.elf, signal);
  if (plugin.needsProof) await proveBuild(guest, memory);
  const counting = await readCounting(guest, memory);
  const mode = options.mode === 'auto' ? counting.mode : options.mode;
  const counters = match.counters({ ...counting, mode }, plugin.loadBias);
  const name = pluginNames[match.layout.plugin];
  if (options.mode === 'percpu' && counters.perVcpu === false) {
    throw new UsageError(
      `--mode percpu: the ${name} of process ${target.pid} (layout ${match.layout.name}) keeps one count for all vCPUs`,
      `leave --mode away, or use the ${name} of QEMU ${match.layout.plugin === 'bb' ? '9.0' : '7.0'} or newer`,
    );
  }
  const { vcpus } = guest;
  if (dependsOnVcpus(counters)) await vcpus.look();
  return { counters, vcpus };
}
