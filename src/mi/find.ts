import type { MiResult, MiValue } from './record.js';

/** The first value of that name. Where gdb repeats a key, walk the results instead. */
export function findValue(results: readonly MiResult[], name: string): MiValue | undefined {
  return results.find((result) => result.name === name)?.value;
}

/** The text of the first value of that name; undefined as well if that is a tuple or a list. */
export function findText(results: readonly MiResult[], name: string): string | undefined {
  const value = findValue(results, name);
  return value?.kind === 'const' ? value.text : undefined;
}
