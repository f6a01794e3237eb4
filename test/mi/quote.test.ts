import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCString } from '../../src/mi/cstring.js';
import { quoteArgument } from '../../src/mi/quote.js';

test.each([
  ['/lib/libinsn.so', '"/lib/libinsn.so"'],
  ['', '""'],
  ['a b', '"a b"'],
  ['a"b', '"a\\"b"'],
  ['a\\b', '"a\\\\b"'],
  ['a\\', '"a\\\\"'],
  ['x"\n-gdb-exit\n', '"x\\"\\n-gdb-exit\\n"'],
  ['a\tb\r', '"a\tb\r"'],
  ['é😀\ufeff', '"é😀\ufeff"'],
])('%j is quoted', (text, quoted) => {
  expect(quoteArgument(text)).toBe(quoted);
});

test('bytes that are UTF-8 are quoted like text', () => {
  expect(quoteArgument(new TextEncoder().encode('/é"'))).toBe('"/é\\""');
});

test('where not all is UTF-8, every byte beyond ASCII is escaped', () => {
  expect(quoteArgument(Uint8Array.of(0x61, 0xff, 0x22, 0xc3, 0xa9))).toBe('"a\\377\\"\\303\\251"');
});

test('a NUL byte is refused', () => {
  expect(() => quoteArgument('a\0b')).toThrow(RangeError);
});

test('no text can end its argument or its command', () => {
  fc.assert(
    fc.property(fc.uint8Array({ min: 1 }), (bytes) => {
      const quoted = quoteArgument(bytes);
      expect(quoted).not.toContain('\n');
      expect(quoted).toMatch(/^"(?:[^"\\\n]|\\[^\n])*"$/);
    }),
  );
});

test('the c-string decoder gives the text back', () => {
  const withoutNul = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));
  const special = fc.string({ unit: fc.constantFrom('"', '\\', '\n', '\r', 'n', '0', 'é') });
  fc.assert(
    fc.property(fc.oneof(withoutNul, special), (text) => {
      const quoted = new TextEncoder().encode(quoteArgument(text));
      expect(readCString(quoted, 0)).toEqual({ kind: 'cstring', text, end: quoted.length });
    }),
  );
});

test('the c-string decoder reads any bytes as it would have read them raw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ min: 1 }), (bytes) => {
      const quoted = new TextEncoder().encode(quoteArgument(bytes));
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
      expect(readCString(quoted, 0)).toMatchObject({ text });
    }),
  );
});
