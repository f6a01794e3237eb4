import { Byte, decodeText, endOfName, failure, type MiFailure } from './bytes.js';
import { readCString } from './cstring.js';
import type { MiResult } from './record.js';

/** gdb nests less than ten deep. A bound spares everyone who walks a tree a look at its depth. */
const MAX_DEPTH = 100;

/** The results of a whole record. */
export interface MiResults {
  readonly kind: 'results';
  readonly results: readonly MiResult[];
}

/** A tuple or list whose end has not come yet. */
interface Open {
  readonly kind: 'tuple' | 'list';
  readonly name: string | undefined;
  readonly results: MiResult[];
  /** The container around it; none around the record's own results. */
  readonly parent: Open | undefined;
  readonly depth: number;
}

/**
 * Reads `,name=value,…` from `start` to the line's end.
 *
 * One rule serves all places: an item is `name=value` or a bare value. The manual wants names in
 * tuples and at top level, but gdb prints bare values in both (`script={"a","b"}`; mi2's
 * `bkpt={…},{…}` for a breakpoint with several locations).
 *
 * Every turn of the loop consumes a byte or returns, and nothing recurses: no input makes it hang
 * or run out of stack.
 */
export function readResults(line: Uint8Array, start: number): MiResults | MiFailure {
  const top: MiResult[] = [];
  let open: Open | undefined;
  let at = start;
  let wantsItem = false;

  while (true) {
    if (!wantsItem) {
      if (at === line.length && open === undefined) {
        return { kind: 'results', results: top };
      }
      const byte = line[at];
      if (byte === Byte.comma) {
        wantsItem = true;
      } else if (open !== undefined && byte === closingByte(open)) {
        const { kind, name, results, parent }: Open = open;
        (parent?.results ?? top).push({ name, value: { kind, results } });
        open = parent;
      } else {
        return failure(at, expectation(line, at, open));
      }
      at += 1;
      continue;
    }

    const afterName = endOfName(line, at);
    let name: string | undefined;
    if (afterName > at) {
      if (line[afterName] !== Byte.equals) {
        return failure(afterName, "expected '=' after a name");
      }
      name = decodeText(line.subarray(at, afterName));
      at = afterName + 1;
    }

    const byte = line[at];
    if (byte === Byte.openBrace || byte === Byte.openBracket) {
      const depth: number = (open?.depth ?? 0) + 1;
      if (depth > MAX_DEPTH) {
        return failure(at, 'nested too deeply');
      }
      const kind = byte === Byte.openBrace ? 'tuple' : 'list';
      open = { kind, name, results: [], parent: open, depth };
      at += 1;
      wantsItem = line[at] !== closingByte(open);
    } else {
      const string = readCString(line, at);
      if (string.kind === 'malformed') {
        return byte === Byte.quote ? string : failure(at, 'expected a value');
      }
      (open?.results ?? top).push({ name, value: { kind: 'const', text: string.text } });
      at = string.end;
      wantsItem = false;
    }
  }
}

function closingByte(open: Open): number {
  return open.kind === 'tuple' ? Byte.closeBrace : Byte.closeBracket;
}

function expectation(line: Uint8Array, at: number, open: Open | undefined): string {
  if (open === undefined) {
    return 'expected a comma or the end of the line';
  }
  return at === line.length
    ? `unterminated ${open.kind}`
    : `expected a comma or the ${open.kind}'s end`;
}
