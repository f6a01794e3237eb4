import type { RunInfo } from '../observers/rows/format.js';
import type { ReadOutcome } from '../sampler/reading.js';
import type { AttachedGuest, ResolvedGuest } from './guest.js';
import { vcpuLabels } from './vcpus.js';

/** What is known of a guest when it is attached to, and stays so. */
export type GuestInfo = Omit<RunInfo, 'wall' | 'intervalNs'>;

/** A guest that is attached to, ready to be sampled. */
export interface WatchedGuest {
  readonly pid: number;
  readonly info: GuestInfo;
  readonly attached: AttachedGuest;
  /** Aborted when there is nothing to wait for any more; the next read says why. */
  readonly over: AbortSignal;
  read(): Promise<ReadOutcome>;
}

export function watchedGuest(
  resolved: ResolvedGuest,
  attached: AttachedGuest,
  over: AbortSignal,
): WatchedGuest {
  const { target, plugin, watch } = resolved;
  const { counters } = attached;
  return {
    pid: target.pid,
    info: {
      pid: target.pid,
      qemu: target.executable,
      plugin: plugin.mappedPath,
      layout: counters.layout,
      mode: counters.mode,
      gdb: watch.gdbVersion,
      vcpuLabel: vcpuLabels(attached),
    },
    attached,
    over,
    read: () => watch.read(counters),
  };
}
