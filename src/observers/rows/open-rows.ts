import { inheritedOutput, type Output, openOutput } from '../../output/open-output.js';
import type { Observer } from '../observer.js';
import { type Format, formatTick } from './format.js';
import { type FormatName, formats } from './formats.js';

/** What rows look like, and where they go. */
export interface RowsOptions {
  readonly format: FormatName;
  /** A file; undefined for the stream that is handed in. */
  readonly output: string | undefined;
  /** Adds to that file rather than empty it. */
  readonly append: boolean;
  /** Whether a terminal may be given colours (https://no-color.org). */
  readonly colour: boolean;
}

/** Where rows go that no file was named for. */
export interface RowsStream {
  readonly stream: NodeJS.WriteStream & { readonly fd: number };
  /** For messages. */
  readonly name: string;
}

/**
 * Opens the place for the data, row by row; `onClosed` is called when nobody reads them any more. To
 * be called before a guest is touched: what can't be written need not be read.
 *
 * @throws OutputError
 */
export function openRows(
  options: RowsOptions,
  fallback: RowsStream,
  labelled: boolean,
  onClosed: () => void,
): Observer {
  const { writer, continued, terminal } = openPlace(options, fallback);
  const colour = terminal && options.colour;
  const create = formats[options.format]({ terminal, colour, continued, labelled });
  const ofGuests = new Map<number, Format>();
  const formatOf = (pid: number): Format => {
    const format = ofGuests.get(pid) ?? create(pid);
    ofGuests.set(pid, format);
    return format;
  };

  // Rows of several guests come at once, and a writer takes one at a time.
  let written: Promise<void> = Promise.resolve();
  const write = (...texts: readonly string[]): Promise<void> => {
    const rows = texts.filter((text) => text !== '');
    if (rows.length === 0) return written;
    const before = written;
    written = (async () => {
      await before;
      if ((await writer.write(...rows)) === 'closed') onClosed();
    })();
    return written;
  };

  return {
    start: (info) => write(formatOf(info.pid).start(info)),
    ticks(pid, ticks) {
      const format = formatOf(pid);
      return write(...ticks.map((tick) => formatTick(format, tick)));
    },
    end(pid, summary) {
      const format = formatOf(pid);
      // A guest that comes later may have the same pid. A lone one's next run goes on with its rows.
      if (labelled) ofGuests.delete(pid);
      return write(format.summary(summary));
    },
    close: () => writer.close(),
  };
}

function openPlace({ output, append }: RowsOptions, { stream, name }: RowsStream): Output {
  if (output !== undefined) return openOutput(output, append);
  return { writer: inheritedOutput(stream, name), continued: false, terminal: stream.isTTY };
}

/** For the rows of one run after another: the samples' numbers go on, as their places in a file. */
export function seqCountsOn(rows: Observer): Observer {
  const seqs = new Map<number, number>();
  return {
    start: (info) => rows.start(info),
    ticks(pid, ticks) {
      let seq = seqs.get(pid) ?? 0;
      const counted = ticks.map((tick) => {
        if (tick.kind !== 'sample') return tick;
        seq += 1;
        return { ...tick, seq };
      });
      seqs.set(pid, seq);
      return rows.ticks(pid, counted);
    },
    end: (pid, summary) => rows.end(pid, summary),
    close: () => rows.close(),
  };
}
