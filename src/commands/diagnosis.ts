import { ExitCode, IcountError, NotPermittedError } from '../errors.js';
import { plainText, printable } from '../text/printable.js';

/** One thing that a poll needs, and whether it is there. */
export interface Check {
  readonly name: string;
  readonly result: CheckResult;
}

/** What came of one check. */
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

/** Checks in the order in which a poll depends on them; the first failure is the poll's. */
export class Diagnosis {
  readonly checks: Check[] = [];
  #exitCode: number = ExitCode.ok;

  get exitCode(): number {
    return this.#exitCode;
  }

  /** Runs one check; what it throws is what is missing. Undefined if it, or one before it, is. */
  async check<T>(
    name: string,
    run: () => Promise<T>,
    describe: (found: T) => string,
  ): Promise<T | undefined> {
    try {
      const found = await run();
      this.#add(name, { kind: 'ok', text: describe(found) });
      return found;
    } catch (error) {
      if (!(error instanceof IcountError)) throw error;
      if (this.#exitCode === ExitCode.ok) this.#exitCode = error.exitCode;
      const text =
        error instanceof NotPermittedError ? `not permitted: ${error.why}` : error.message;
      this.#add(name, { kind: 'missing', text, remedy: error.hint });
      return undefined;
    }
  }

  unknown(...names: readonly string[]): void {
    for (const name of names) this.#add(name, { kind: 'unknown' });
  }

  note(name: string, text: string): void {
    this.#add(name, { kind: 'note', text });
  }

  #add(name: string, result: CheckResult): void {
    this.checks.push({ name, result });
  }
}
