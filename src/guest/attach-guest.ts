import { setTimeout as sleep } from 'node:timers/promises';
import { UnresolvedCountersError, UsageError } from '../errors.js';
import {
  type Counters,
  type Mode,
  pluginNames,
  UnreadableCountersError,
} from '../layout/layout.js';
import { whatIsKnown } from '../layout/select.js';
import type { Memory } from '../memory.js';
import { groupDigits } from '../text/figures.js';
import { printable } from '../text/printable.js';
import { proveBuild } from './build-proof.js';
import { isAlive } from './guest-end.js';
import { readCounting } from './mode.js';
import type { GuestOptions, ResolvedGuest } from './resolve-guest.js';
import { dependsOnVcpus } from './vcpu-words.js';
import type { Vcpus } from './vcpus.js';

/** How a guest's counters are read, from its memory. */
export interface AttachedGuest {
  readonly counters: Counters;
  /** The plugin's own mode, should it count elsewhere than --mode says: then these stand still. */
  readonly elsewhere: Mode | undefined;
  /** Looked for, where what is said about the counts depends on them. */
  readonly vcpus: Vcpus;
}

/**
 * Attaches, and finds the counters in memory; `signal` calls it off.
 *
 * @throws an IcountError that says why it can't be
 */
export async function attachGuest(
  guest: ResolvedGuest,
  options: GuestOptions,
  signal?: AbortSignal,
): Promise<AttachedGuest> {
  return await findCounters(guest, await guest.watch.attach(guest.plugin.elf, signal), options);
}

/**
 * Makes sure that the file is the one in memory, learns how the plugin counts, and that its counters
 * are there and are counters.
 *
 * @throws an IcountError that says why it can't be
 */
export async function findCounters(
  guest: ResolvedGuest,
  memory: Memory,
  options: GuestOptions,
): Promise<AttachedGuest> {
  const { plugin, match, vcpus } = guest;
  if (plugin.needsProof) await proveBuild(guest, memory);
  const counting = await readCounting(guest, memory);
  const own = match.counters(counting, plugin.loadBias, counting.mode);
  const counters =
    options.mode === 'auto' ? own : match.counters(counting, plugin.loadBias, options.mode);
  if (options.mode === 'percpu' && !counters.perVcpu) throw notPerVcpu(guest, counting.mode);
  await proveCounters(guest, counters, memory);
  if (dependsOnVcpus(counters)) await vcpus.look();
  const isElsewhere = own.address !== counters.address;
  return { counters, elsewhere: isElsewhere ? counting.mode : undefined, vcpus };
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
    `leave --mode away, ${couldBe ? 'start QEMU without inline=on, ' : ''}or use the ${name} of QEMU ${layout.plugin === 'bb' ? '9.0' : '7.0'} or newer`,
  );
}

/** For how long what is no counter yet may become one: QEMU may have just begun, or may be about to end. */
const PATIENCE_MS = 300;
const LOOK_EVERY_MS = 20;

/**
 * Sees to it that what was found by names and sizes leads to counters: there is something to read,
 * and no fewer instructions than blocks of them.
 *
 * @throws UnresolvedCountersError
 */
async function proveCounters(
  { target, plugin, match }: ResolvedGuest,
  counters: Counters,
  memory: Memory,
): Promise<void> {
  const kind = match.layout.plugin;
  const isNone = (what: string) =>
    new UnresolvedCountersError(printable(plugin.name), what, whatIsKnown(kind));
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      // Blocks first: what is executed meanwhile adds to the instructions.
      const blocks = counters.blocks === undefined ? 0n : await totalOf(counters.blocks, memory);
      const insns = await totalOf(counters, memory);
      // Where vCPUs lose increments, they need not lose as many of both.
      if (10n * insns >= 9n * blocks) return;
      throw isNone(
        `in the layout ${counters.layout} it would have counted ${groupDigits(insns)} instructions in ${groupDigits(blocks)} blocks`,
      );
    } catch (error) {
      if (!(error instanceof UnreadableCountersError)) throw error;
      // Its end is told of by who reads it.
      if (!isAlive(target)) return;
      if (performance.now() >= giveUpAt) {
        throw isNone(`its layout ${counters.layout} leads to no counters (${error.message})`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }
}

async function totalOf(counters: Counters, memory: Memory): Promise<bigint> {
  const { counters: all } = await counters.read(memory);
  return all.reduce((sum, counter) => sum + counter, 0n);
}
