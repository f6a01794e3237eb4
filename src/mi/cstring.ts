import { Byte, decodeText, failure, type MiFailure } from './bytes.js';

/** A c-string that was read; `end` is the offset after its closing quote, in bytes. */
export interface CString {
  readonly kind: 'cstring';
  readonly text: string;
  readonly end: number;
}

/** gdb's printchar() (gdb/utils.c), which MI output goes through. */
const escapes: ReadonlyMap<number, number> = new Map(
  Object.entries({
    a: 0x07,
    b: 0x08,
    t: 0x09,
    n: 0x0a,
    f: 0x0c,
    r: 0x0d,
    e: 0x1b,
    '"': Byte.quote,
    '\\': Byte.backslash,
  }).map(([letter, byte]) => [letter.charCodeAt(0), byte]),
);

/**
 * Reads the c-string that begins at `start`.
 *
 * An escape stands for one byte, so a letter outside ASCII takes several (`\303\251`): bytes are
 * collected first and decoded as UTF-8 then, with U+FFFD for what is none.
 *
 * An escape that gdb does not print (`\x41`, `\v`, `\0`, `\777`) makes the line malformed. To keep
 * its letter, as C compilers do, would be a guess about text that may be a counter's value.
 */
export function readCString(line: Uint8Array, start: number): CString | MiFailure {
  if (line[start] !== Byte.quote) {
    return failure(start, 'expected a string');
  }
  const first = start + 1;
  let close = first;
  let escaped = false;
  while (close < line.length && line[close] !== Byte.quote) {
    if (line[close] === Byte.backslash) {
      escaped = true;
      close += 1;
    }
    close += 1;
  }
  if (close >= line.length) {
    return failure(line.length, 'unterminated string');
  }
  const content = line.subarray(first, close);
  if (!escaped) {
    return { kind: 'cstring', text: decodeText(content), end: close + 1 };
  }
  const bytes = unescaped(content, first);
  return bytes instanceof Uint8Array
    ? { kind: 'cstring', text: decodeText(bytes), end: close + 1 }
    : bytes;
}

/** `offset` is where `content` lies in its line. No backslash is the last byte of `content`. */
function unescaped(content: Uint8Array, offset: number): Uint8Array | MiFailure {
  const bytes = new Uint8Array(content.length);
  let written = 0;
  let at = 0;
  while (at < content.length) {
    let byte = content[at] ?? 0;
    if (byte !== Byte.backslash) {
      at += 1;
    } else {
      const letter = content[at + 1] ?? 0;
      const simple = escapes.get(letter);
      const value = simple ?? octal(content, at + 1);
      if (value === undefined) {
        return failure(offset + at, 'unknown escape');
      }
      byte = value;
      at += simple === undefined ? 4 : 2;
    }
    bytes[written] = byte;
    written += 1;
  }
  return bytes.subarray(0, written);
}

/** Exactly three digits, as gdb prints them: with fewer, a digit after them would be ambiguous. */
function octal(content: Uint8Array, at: number): number | undefined {
  let value = 0;
  for (let index = at; index < at + 3; index += 1) {
    const digit = content[index] ?? 0;
    if (digit < Byte.zero || digit > Byte.seven) {
      return undefined;
    }
    value = value * 8 + (digit - Byte.zero);
  }
  return value <= 0xff ? value : undefined;
}
