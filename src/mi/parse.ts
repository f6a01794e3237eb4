import { decodeText, failure, type MiFailure } from './bytes.js';
import { readCString } from './cstring.js';
import { readHead } from './head.js';
import type { MiMalformed, MiRecord } from './record.js';
import { readResults } from './results.js';

const EXCERPT_BYTES = 160;

/**
 * Reads one line of gdb's output, without its LF (GDB manual, "GDB/MI Output Syntax"). Never
 * throws, and takes time linear in the line's length; what is no record is `malformed`.
 */
export function parseRecord(line: Uint8Array): MiRecord {
  const head = readHead(line);
  switch (head.kind) {
    case 'prompt':
      return head;
    case 'malformed':
      return malformed(line, head);
    case 'stream': {
      const string = readCString(line, head.bodyOffset);
      if (string.kind === 'malformed') {
        return malformed(line, string);
      }
      return string.end === line.length
        ? { kind: 'stream', stream: head.stream, text: string.text }
        : malformed(line, failure(string.end, 'expected the end of the line'));
    }
    case 'result':
    case 'async': {
      const body = readResults(line, head.bodyOffset);
      if (body.kind === 'malformed') {
        return malformed(line, body);
      }
      const { token, class: name } = head;
      return head.kind === 'result'
        ? { kind: 'result', token, class: name, results: body.results }
        : { kind: 'async', type: head.type, token, class: name, results: body.results };
    }
  }
}

function malformed(line: Uint8Array, { offset, reason }: MiFailure): MiMalformed {
  return { kind: 'malformed', offset, reason, line: excerpt(line) };
}

/** Junk ends up on somebody's terminal: it must not move the cursor there, or write backwards. */
function excerpt(line: Uint8Array): string {
  const text = decodeText(line.subarray(0, EXCERPT_BYTES)).replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`,
  );
  return line.length > EXCERPT_BYTES ? `${text}…` : text;
}
