import type { WatchOptions } from '../../commands/options.js';
import { inheritedOutput, type Output, openOutput } from '../../output/open-output.js';
import type { Summary, Tick } from '../../sampler/sample.js';
import type { Observer } from '../observer.js';
import type { Format, FormatOfGuest } from './format.js';
import { createFormat, createFormats } from './formats.js';

/** The data, row by row, of one guest or several. */
export interface Rows extends Observer {
  /** Rejects with an `OutputError` if what was written did not arrive after all. */
  close(): Promise<void>;
}

/** An output, with the formats for the guests whose rows go there. */
export interface RowsPlace {
  readonly output: Output;
  /** It is a terminal. */
  readonly terminal: boolean;
}

/**
 * Opens the place for the rows: the file of --output, or else a stream that we have. To be called
 * before a guest is touched: what can't be written need not be read.
 *
 * @throws OutputError
 */
export function openRows(
  options: Pick<WatchOptions, 'output' | 'append'>,
  stream: NodeJS.WriteStream & { readonly fd: number },
  name: string,
): RowsPlace {
  if (options.output === undefined) {
    const output = { writer: inheritedOutput(stream, name), continued: false };
    return { output, terminal: stream.isTTY };
  }
  return { output: openOutput(options.output, options.append), terminal: false };
}

/** Writes rows; `onClosed` is called when nobody reads them any more. */
export function writeRows(
  { output, terminal }: RowsPlace,
  options: Pick<WatchOptions, 'format' | 'colour'>,
  several: boolean,
  onClosed: () => void,
): Rows {
  const formatOptions = {
    terminal,
    colour: terminal && options.colour,
    continued: output.continued,
  };
  const create: FormatOfGuest = several
    ? createFormats(options.format, formatOptions)
    : () => createFormat(options.format, formatOptions);
  const formats = new Map<number, Format>();
  const formatOf = (pid: number): Format => {
    const format = formats.get(pid) ?? create(pid);
    formats.set(pid, format);
    return format;
  };

  // Rows of several guests come at once, and a writer takes one at a time.
  let written: Promise<void> = Promise.resolve();
  const write = (rows: string): Promise<void> => {
    if (rows === '') return written;
    const before = written;
    written = (async () => {
      await before;
      if ((await output.writer.write(rows)) === 'closed') onClosed();
    })();
    return written;
  };

  return {
    start: (info) => write(formatOf(info.pid).start(info)),
    tick: (pid, tick) => write(formatTick(formatOf(pid), tick)),
    end: (pid, summary: Summary) => write(formatOf(pid).summary(summary)),
    close: () => output.writer.close(),
  };
}

/** For the rows of one run after another: the samples' numbers go on, as their places in a file. */
export function seqCountsOn(rows: Rows): Observer {
  const seqs = new Map<number, number>();
  return {
    start: (info) => rows.start(info),
    tick(pid, tick) {
      if (tick.kind !== 'sample') return rows.tick(pid, tick);
      const seq = (seqs.get(pid) ?? 0) + 1;
      seqs.set(pid, seq);
      return rows.tick(pid, { ...tick, seq });
    },
    end: (pid, summary) => rows.end(pid, summary),
  };
}

function formatTick(format: Format, tick: Tick): string {
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
