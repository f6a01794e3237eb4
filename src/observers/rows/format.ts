import type { Gap, Sample, StoppedTick, Summary, Tick } from '../../sampler/sample.js';
import type { RunInfo } from '../observer.js';

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

/** What a format needs to know of the place where its rows go. */
export interface FormatOptions {
  /** Rows go to a screen. */
  readonly terminal: boolean;
  readonly colour: boolean;
  /** Rows are added to those of an earlier run: no second csv header. */
  readonly continued: boolean;
  /** Rows of several guests go there: each says whose it is. */
  readonly labelled: boolean;
}

/** The format for each guest whose rows go to one place. */
export type CreateFormats = (options: FormatOptions) => (pid: number) => Format;

/** Text for one tick. */
export function formatTick(format: Format, tick: Tick): string {
  switch (tick.kind) {
    case 'sample':
      return format.sample(tick);
    case 'gap':
      return format.gap(tick);
    case 'stopped':
      return format.stopped(tick);
    default:
      return tick satisfies never;
  }
}
