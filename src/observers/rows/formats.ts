import { bpftraceFormat } from './bpftrace.js';
import { csvFormat, csvFormats } from './csv.js';
import type { Format, FormatOfGuest, FormatOptions } from './format.js';
import { jsonlFormat } from './jsonl.js';
import { tableFormat, tableFormats } from './table.js';

/** How the rows of a lone guest are written, and those of several in one place. */
interface FormatChoice {
  readonly one: (options: FormatOptions) => Format;
  /** Each labelled with the guest's pid. */
  readonly several: (options: FormatOptions) => FormatOfGuest;
}

/** By the names that --format takes. */
const formats = {
  table: { one: tableFormat, several: tableFormats },
  csv: { one: csvFormat, several: csvFormats },
  jsonl: { one: () => jsonlFormat(), several: () => jsonlFormat },
  bpftrace: {
    one: () => bpftraceFormat(),
    several: () => (pid) => bpftraceFormat(`pid: ${pid}, `),
  },
} satisfies Readonly<Record<string, FormatChoice>>;

export type FormatName = keyof typeof formats;

export function isFormatName(text: string): text is FormatName {
  return Object.hasOwn(formats, text);
}

export const formatNames: readonly FormatName[] = Object.keys(formats).filter(isFormatName);

export function createFormat(name: FormatName, options: FormatOptions): Format {
  return formats[name].one(options);
}

/** Formats for the rows of several guests in one place. */
export function createFormats(name: FormatName, options: FormatOptions): FormatOfGuest {
  return formats[name].several(options);
}
