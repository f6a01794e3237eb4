import { Byte, decodeText, endOfName, failure, type MiFailure } from './bytes.js';
import type { MiAsyncType, MiStream } from './record.js';

/** What a line's first bytes say. `bodyOffset` is where the rest begins, in bytes. */
export type MiHead =
  | {
      readonly kind: 'result';
      readonly token: number | undefined;
      readonly class: string;
      /** At the line's end or at the comma before the first result. */
      readonly bodyOffset: number;
    }
  | {
      readonly kind: 'async';
      readonly type: MiAsyncType;
      readonly token: number | undefined;
      readonly class: string;
      /** At the line's end or at the comma before the first result. */
      readonly bodyOffset: number;
    }
  | {
      readonly kind: 'stream';
      readonly stream: MiStream;
      /** Where the c-string begins. */
      readonly bodyOffset: number;
    }
  | { readonly kind: 'prompt' }
  | MiFailure;

/**
 * Tells what a line is without reading its values: a guest that creates threads by the thousand
 * makes gdb print five records for each, and nobody wants them.
 *
 * The body may still turn out to be malformed.
 */
export function readHead(line: Uint8Array): MiHead {
  let at = 0;
  let token: number | undefined;
  for (let digit = digitAt(line, at); digit !== undefined; digit = digitAt(line, at)) {
    token = (token ?? 0) * 10 + digit;
    at += 1;
    if (token > Number.MAX_SAFE_INTEGER) {
      // gdb repeats any digits it was given, so this answers none of our commands.
      return failure(0, 'token too large');
    }
  }

  const sign = String.fromCharCode(line[at] ?? 0);
  switch (sign) {
    case '^':
    case '*':
    case '+':
    case '=': {
      const start = at + 1;
      const end = endOfName(line, start);
      if (end === start) {
        return failure(start, 'no class');
      }
      if (end < line.length && line[end] !== Byte.comma) {
        return failure(end, 'expected a comma after the class');
      }
      const name = decodeText(line.subarray(start, end));
      // Written out: with object spreads this function took five to eight times as long (Node 20).
      return sign === '^'
        ? { kind: 'result', token, class: name, bodyOffset: end }
        : { kind: 'async', type: asyncTypes[sign], token, class: name, bodyOffset: end };
    }
    case '~':
    case '@':
    case '&':
      return token === undefined
        ? { kind: 'stream', stream: streams[sign], bodyOffset: at + 1 }
        : failure(at, 'a stream record has no token');
    default:
      return isPrompt(line) ? { kind: 'prompt' } : failure(at, 'not an MI record');
  }
}

const asyncTypes = { '*': 'exec', '+': 'status', '=': 'notify' } as const;

const streams = { '~': 'console', '@': 'target', '&': 'log' } as const;

function digitAt(line: Uint8Array, at: number): number | undefined {
  const byte = line[at];
  return byte !== undefined && byte >= Byte.zero && byte <= Byte.nine
    ? byte - Byte.zero
    : undefined;
}

const prompt = new TextEncoder().encode('(gdb) ');

/** By the manual the prompt is `(gdb)`; gdb prints a blank after it. */
function isPrompt(line: Uint8Array): boolean {
  return (
    (line.length === prompt.length || line.length === prompt.length - 1) &&
    line.every((byte, index) => byte === prompt[index])
  );
}
