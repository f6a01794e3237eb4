import { ExitCode, IcountError, NotPermittedError } from '../errors.js';
import type { Check, CheckResult } from './diagnosis.js';

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
