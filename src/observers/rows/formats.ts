import { bpftraceFormats } from './bpftrace.js';
import { csvFormats } from './csv.js';
import type { CreateFormats } from './format.js';
import { jsonlFormats } from './jsonl.js';
import { tableFormats } from './table.js';

/** By the names that --format takes. */
export const formats = {
  table: tableFormats,
  csv: csvFormats,
  jsonl: jsonlFormats,
  bpftrace: bpftraceFormats,
} satisfies Readonly<Record<string, CreateFormats>>;

/** One of the names of `formats`. */
export type FormatName = keyof typeof formats;

/** Whether --format knows that name. */
export function isFormatName(text: string): text is FormatName {
  return Object.hasOwn(formats, text);
}

/** In the order in which --help shows them. */
export const formatNames: readonly FormatName[] = Object.keys(formats).filter(isFormatName);
