import type { Gap, Sample, StoppedTick, Summary } from '../../sampler/sample.js';

/** What is known once the counters are resolved and before the first sample. */
export interface RunInfo {
  /** When the baseline was read. */
  readonly wall: Date;
  readonly pid: number;
  /** QEMU's executable. */
  readonly qemu: string;
  /** libinsn's path as the guest has it mapped. */
  readonly plugin: string;
  readonly layout: 'scalar' | 'array-with-pc' | 'array' | 'scoreboard';
  readonly mode: 'inline' | 'percpu';
  /** gdb's version, for instance `13.1`. */
  readonly gdb: string;
  /** Undefined where one sample covers the whole run. */
  readonly intervalNs: number | undefined;
  /** What slot i holds: `0`, or `0+8+16` where vCPUs share it. */
  readonly vcpuLabel: (index: number) => string;
}

/**
 * One output format: text for each thing that happens, whole lines, or '' where the format has
 * nothing to say of it. Holds what it needs to lay out the next row, and touches no stream.
 */
export interface Format {
  start(info: RunInfo): string;
  sample(sample: Sample): string;
  gap(gap: Gap): string;
  stopped(tick: StoppedTick): string;
  summary(summary: Summary): string;
}

/** A format for each of several guests whose rows go to one place. */
export type FormatOfGuest = (pid: number) => Format;
