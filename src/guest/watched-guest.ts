import { systemClock } from '../clock.js';
import type { Mode, PluginKind } from '../layout/layout.js';
import type { ProcessFacts } from '../proc/process.js';
import type { QemuCommand } from '../qemu/command-line.js';
import { MI_PACE, PacedSource } from '../sampler/paced-source.js';
import type { ReadOutcome } from '../sampler/reading.js';
import type { ReadingSource } from '../sampler/source.js';
import type { AttachedGuest } from './attach-guest.js';
import { InGdbSource } from './in-gdb-source.js';
import type { ResolvedGuest } from './resolve-guest.js';
import type { SamplerKind } from './sampler-choice.js';
import { type Caveat, countingCaveats, dependsOnVcpus, vcpuLabels } from './vcpu-labels.js';

/** What is known of a guest when it is attached to, and stays so. */
export interface GuestInfo {
  readonly pid: number;
  /** QEMU's executable. */
  readonly qemu: string;
  /** The plugin's path as the guest has it mapped. */
  readonly plugin: string;
  readonly pluginKind: PluginKind;
  readonly layout: string;
  readonly mode: Mode;
  /** gdb's version, for instance `13.1`. */
  readonly gdb: string;
  /** Who takes the samples. */
  readonly sampler: SamplerKind;
  /** What slot i holds by now: `0`, or `0+8+16` where vCPUs share it. */
  readonly vcpuLabel: (index: number) => string;
  /** Looks for vCPUs that have come or gone; returns what the counts have to be taken with by now. */
  readonly lookAtVcpus: () => Promise<readonly Caveat[]>;
}

/** A guest that is attached to, ready to be sampled. */
export interface WatchedGuest {
  readonly pid: number;
  readonly info: GuestInfo;
  readonly target: ProcessFacts;
  readonly command: QemuCommand;
  readonly attached: AttachedGuest;
  /** Aborted when there is nothing to wait for any more; the next read says why. */
  readonly over: AbortSignal;
  /** Reads the counters at once. */
  read(): Promise<ReadOutcome>;
  /** Their readings, on a grid. */
  readonly source: ReadingSource;
}

/** A guest that was resolved and attached to; `over` is aborted when there is nothing to wait for. */
export function watchedGuest(
  resolved: ResolvedGuest,
  attached: AttachedGuest,
  over: AbortSignal,
): WatchedGuest {
  const { target, command, plugin, match, attachment, reader, sampler } = resolved;
  const { counters } = attached;
  const read = (): Promise<ReadOutcome> => reader.read(counters);
  return {
    pid: target.pid,
    info: {
      pid: target.pid,
      qemu: target.executable,
      plugin: plugin.mappedPath,
      pluginKind: match.layout.plugin,
      layout: counters.layout,
      mode: counters.mode,
      gdb: attachment.gdb.version,
      sampler,
      vcpuLabel: vcpuLabels(attached),
      async lookAtVcpus() {
        if (dependsOnVcpus(counters)) await attached.vcpus.look();
        return countingCaveats(attached);
      },
    },
    target,
    command,
    attached,
    over,
    read,
    source:
      sampler === 'gdb'
        ? new InGdbSource(attachment, reader, counters)
        : new PacedSource({ read }, systemClock, MI_PACE),
  };
}
