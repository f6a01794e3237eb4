import { plainText } from '../text/locale.js';
import { printable } from '../text/printable.js';

/** One thing that a poll needs, and whether it is there. */
export interface Check {
  readonly name: string;
  readonly result: CheckResult;
}

export type CheckResult =
  | { readonly kind: 'ok'; readonly text: string }
  | { readonly kind: 'missing'; readonly text: string; readonly remedy: string | undefined }
  /** Something before it is missing. */
  | { readonly kind: 'unknown' }
  /** No need, but good to know. */
  | { readonly kind: 'note'; readonly text: string };

type Marks = Readonly<Record<CheckResult['kind'], string>>;

const TICKS: Marks = { ok: '✓', missing: '✗', unknown: '?', note: '·' };
/** For locales that can't show ticks. */
const WORDS: Marks = { ok: 'ok     ', missing: 'MISSING', unknown: '?      ', note: '-      ' };

/** A line for each check, and under what is missing the remedy. */
export function diagnosisText(checks: readonly Check[], unicode: boolean): string {
  const marks = unicode ? TICKS : WORDS;
  const width = Math.max(...checks.map(({ name }) => name.length));
  const indent = ' '.repeat(marks.ok.length + 1 + width + 2);
  const lines = checks
    .map(({ name, result }) => {
      const remedy =
        result.kind === 'missing' && result.remedy !== undefined
          ? `${indent}remedy: ${printable(result.remedy)}\n`
          : '';
      return `${marks[result.kind]} ${name.padEnd(width)}  ${printable(textOf(result))}\n${remedy}`;
    })
    .join('');
  return unicode ? lines : plainText(lines);
}

function textOf(result: CheckResult): string {
  return result.kind === 'unknown' ? 'not checked: something before it is missing' : result.text;
}
