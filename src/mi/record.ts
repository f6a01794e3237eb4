/**
 * What one line of gdb's output says. Names follow the GDB manual, "GDB/MI Output Syntax".
 *
 * Tuples and lists are ordered pairs, never plain objects: gdb repeats keys
 * (`thread-ids={thread-id="3",thread-id="2"}`), leaves them out (`script={"a","b"}`), and a key of
 * `__proto__` must stay a key.
 */

/** A c-string, unescaped and decoded. MI has no other scalar: numbers are text too. */
export interface MiConst {
  readonly kind: 'const';
  readonly text: string;
}

/** `{…}`. By the manual every member is named; by gdb not always. */
export interface MiTuple {
  readonly kind: 'tuple';
  readonly results: readonly MiResult[];
}

/** `[…]`, of bare values (`["1","2"]`) or of results (`stack=[frame={…},frame={…}]`). */
export interface MiList {
  readonly kind: 'list';
  readonly results: readonly MiResult[];
}

/** A value of MI: a string, a tuple or a list. */
export type MiValue = MiConst | MiTuple | MiList;

/** `name=value`; a bare value has no name. */
export interface MiResult {
  readonly name: string | undefined;
  readonly value: MiValue;
}

/** Which of `*`, `+` and `=` began an async record. */
export type MiAsyncType = 'exec' | 'status' | 'notify';

/** Which of `~`, `@` and `&` began a stream record. */
export type MiStream = 'console' | 'target' | 'log';

/** A line that is no record: junk, cut short, or beyond what the parser takes. */
export interface MiMalformed {
  readonly kind: 'malformed';
  /** In bytes from the line's start: where the parser gave up. */
  readonly offset: number;
  readonly reason: string;
  /** The line's beginning, fit to be printed: bounded, and without control characters. */
  readonly line: string;
}

/**
 * `class` is `done`, `error`, `stopped`, `thread-created` and so on; it is not a closed set, as new
 * versions of gdb add to it.
 */
export type MiRecord =
  | {
      readonly kind: 'result';
      readonly token: number | undefined;
      readonly class: string;
      readonly results: readonly MiResult[];
    }
  | {
      readonly kind: 'async';
      readonly type: MiAsyncType;
      readonly token: number | undefined;
      readonly class: string;
      readonly results: readonly MiResult[];
    }
  | { readonly kind: 'stream'; readonly stream: MiStream; readonly text: string }
  | { readonly kind: 'prompt' }
  | MiMalformed;

/** The first value of that name. Where gdb repeats a key, walk the results instead. */
export function findValue(results: readonly MiResult[], name: string): MiValue | undefined {
  return results.find((result) => result.name === name)?.value;
}

/** The text of the first value of that name; undefined as well if that is a tuple or a list. */
export function findText(results: readonly MiResult[], name: string): string | undefined {
  const value = findValue(results, name);
  return value?.kind === 'const' ? value.text : undefined;
}
