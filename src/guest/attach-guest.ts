import { UnresolvedCountersError, UsageError } from '../errors.js';
import { type Counters, type Mode, pluginNames } from '../layout/layout.js';
import { whatIsKnown } from '../layout/layouts.js';
import type { Memory } from '../memory.js';
import { printable } from '../text/printable.js';
import { isAlive } from './guest-end.js';
import { readCounting } from './mode.js';
import type { GuestOptions, ResolvedGuest } from './resolve-guest.js';
import { dependsOnVcpus } from './vcpu-labels.js';
import type { Vcpus } from './vcpus.js';
import { verifyBuild } from './verify-build.js';
import { verifyCounters } from './verify-counters.js';

/** How a guest's counters are read, from its memory. */
export interface AttachedGuest {
  readonly counters: Counters;
  /** The plugin's own mode, should it count elsewhere than --mode says: then these stand still. */
  readonly activeMode: Mode | undefined;
  /** Looked for, where what is said about the counts depends on them. */
  readonly vcpus: Vcpus;
}

/**
 * Attaches, which `signal` calls off, and finds the counters in memory.
 *
 * @throws an IcountError that says why it can't be
 */
export async function attachGuest(
  guest: ResolvedGuest,
  options: GuestOptions,
  signal?: AbortSignal,
): Promise<AttachedGuest> {
  return await findCounters(guest, await guest.reader.attach(guest.plugin.elf, signal), options);
}

/**
 * Makes sure that the file is the one in memory, and learns how the plugin counts, and where.
 *
 * @throws an IcountError that says why it can't be
 */
export async function findCounters(
  guest: ResolvedGuest,
  memory: Memory,
  options: GuestOptions,
): Promise<AttachedGuest> {
  const { target, plugin, match, vcpus } = guest;
  if (plugin.needsVerification) await verifyBuild(guest, memory);
  const counting = await readCounting(guest, memory);
  const mode = options.mode === 'auto' ? counting.mode : options.mode;
  const own = match.counters(counting, plugin.loadBias, counting.mode);
  const counters = match.counters(counting, plugin.loadBias, mode);
  if (options.mode === 'percpu' && !counters.perVcpu) throw notPerVcpu(guest, counting.mode);
  if (dependsOnVcpus(counters)) await vcpus.look();
  // Types tell what a variable is. Sizes alone may be those of something else.
  if ([...guest.variables.values()].some(({ source }) => source === 'symbol table')) {
    // Where vCPUs lose increments, they don't lose as many of both.
    const isLossy = counters.lossy && vcpus.areParallel;
    const blocks = isLossy ? undefined : match.blocks?.(counting, plugin.loadBias, mode);
    const amiss = await verifyCounters({ counters, blocks }, memory, () => isAlive(target));
    if (amiss !== undefined) throw noCounters(guest, amiss);
  }
  const isElsewhere = own.address !== counters.address;
  return { counters, activeMode: isElsewhere ? counting.mode : undefined, vcpus };
}

function notPerVcpu({ target, command, match, plugin }: ResolvedGuest, mode: Mode): UsageError {
  const { layout } = match;
  const name = pluginNames[layout.plugin];
  const couldBe =
    mode === 'inline' &&
    command.kind !== 'user' &&
    match.counters({ mode: 'percpu', perVcpu: true }, plugin.loadBias, 'percpu').perVcpu;
  return new UsageError(
    `--mode percpu: the ${name} of process ${target.pid} (layout ${layout.name}) keeps one count for all vCPUs`,
    `leave --mode out, ${couldBe ? 'start QEMU without inline=on, ' : ''}or use the ${name} of QEMU ${layout.plugin === 'bb' ? '9.0' : '7.0'} or newer`,
  );
}

function noCounters({ plugin, match }: ResolvedGuest, why: string): UnresolvedCountersError {
  const { name, plugin: kind } = match.layout;
  return new UnresolvedCountersError(
    printable(plugin.name),
    `its layout ${name} leads to no counters (${why})`,
    whatIsKnown(kind),
  );
}
