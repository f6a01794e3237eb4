import { bpftraceFormat } from './bpftrace.js';
import { csvFormat, csvFormats } from './csv.js';
import type { Format, FormatOfGuest } from './format.js';
import { jsonlFormat } from './jsonl.js';
import { tableFormat, tableFormats } from './table.js';

export const formatNames = ['table', 'csv', 'jsonl', 'bpftrace'] as const;

export type FormatName = (typeof formatNames)[number];

export function isFormatName(text: string): text is FormatName {
  return formatNames.some((name) => name === text);
}

/** What a format needs to know of the place where its rows go. */
export interface FormatOptions {
  readonly terminal: boolean;
  readonly colour: boolean;
  /** Rows are added to those of an earlier run: no second csv header. */
  readonly continued: boolean;
}

export function createFormat(name: FormatName, options: FormatOptions): Format {
  switch (name) {
    case 'table':
      return tableFormat(options);
    case 'csv':
      return csvFormat({ header: !options.continued });
    case 'jsonl':
      return jsonlFormat();
    case 'bpftrace':
      return bpftraceFormat();
    default:
      return name satisfies never;
  }
}

/** Formats for the rows of several guests in one place, each labelled with the guest's pid. */
export function createFormats(name: FormatName, options: FormatOptions): FormatOfGuest {
  switch (name) {
    case 'table':
      return tableFormats(options);
    case 'csv':
      return csvFormats({ header: !options.continued });
    case 'jsonl':
      return jsonlFormat;
    case 'bpftrace':
      return (pid) => bpftraceFormat(`pid: ${pid}, `);
    default:
      return name satisfies never;
  }
}
