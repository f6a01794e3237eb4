/** The bytes that have a meaning in MI's syntax, by name. */
export const Byte = {
  lf: 0x0a,
  cr: 0x0d,
  quote: 0x22,
  comma: 0x2c,
  zero: 0x30,
  seven: 0x37,
  nine: 0x39,
  equals: 0x3d,
  openBracket: 0x5b,
  backslash: 0x5c,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const;

/** Why, and at which byte of the line, it can't be read. */
export interface MiFailure {
  readonly kind: 'malformed';
  readonly offset: number;
  readonly reason: string;
}

/** That the bytes at `offset` are not what the grammar wants. */
export function failure(offset: number, reason: string): MiFailure {
  return { kind: 'malformed', offset, reason };
}

const nameBytes = new Uint8Array(256);
for (const char of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.') {
  nameBytes[char.charCodeAt(0)] = 1;
}

/**
 * Where the name (a class or a key) that begins at `start` ends. The manual calls both "string" and
 * leaves it there; gdb prints letters, digits, `_`, `-` and `.`.
 */
export function endOfName(line: Uint8Array, start: number): number {
  let end = start;
  while (end < line.length && nameBytes[line[end] ?? 0] === 1) {
    end += 1;
  }
  return end;
}

// A byte order mark is the debuggee's text like any other.
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of some bytes; what is not UTF-8 becomes U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
