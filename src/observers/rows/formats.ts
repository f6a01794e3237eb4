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

export type FormatName = keyof typeof formats;

export function isFormatName(text: string): text is FormatName {
  return Object.hasOwn(formats, text);
}

export const formatNames: readonly FormatName[] = Object.keys(formats).filter(isFormatName);
