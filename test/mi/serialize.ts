import type { MiAsyncType, MiRecord, MiResult, MiStream, MiValue } from '../../src/mi/record.js';

/** What gdb could have printed, the inverse of `parseRecord`. */
export type PrintableRecord = Exclude<MiRecord, { kind: 'malformed' }>;

const asyncSigns: Record<MiAsyncType, string> = { exec: '*', status: '+', notify: '=' };
const streamSigns: Record<MiStream, string> = { console: '~', target: '@', log: '&' };
const escapes: Record<string, string> = {
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\b': '\\b',
  '\f': '\\f',
  '\x07': '\\a',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
};

export function serialize(record: PrintableRecord): Uint8Array {
  return new TextEncoder().encode(line(record));
}

function line(record: PrintableRecord): string {
  switch (record.kind) {
    case 'prompt':
      return '(gdb) ';
    case 'stream':
      return streamSigns[record.stream] + cString(record.text);
    case 'result':
    case 'async': {
      const sign = record.kind === 'result' ? '^' : asyncSigns[record.type];
      const results = record.results.map((item) => `,${result(item)}`).join('');
      return `${record.token ?? ''}${sign}${record.class}${results}`;
    }
  }
}

function result(item: MiResult): string {
  return (item.name === undefined ? '' : `${item.name}=`) + value(item.value);
}

function value(item: MiValue): string {
  switch (item.kind) {
    case 'const':
      return cString(item.text);
    case 'tuple':
      return `{${item.results.map(result).join(',')}}`;
    case 'list':
      return `[${item.results.map(result).join(',')}]`;
  }
}

/** As gdb's printchar(): a letter for some bytes, three octal digits for all others but ASCII. */
function cString(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => {
    const char = String.fromCharCode(byte);
    const plain = byte >= 0x20 && byte < 0x7f ? char : `\\${byte.toString(8).padStart(3, '0')}`;
    return escapes[char] ?? plain;
  });
  return `"${bytes.join('')}"`;
}
