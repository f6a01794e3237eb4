import { expect, test } from 'vitest';
import { decodeUnsigned } from '../src/memory.js';

const bytes = Buffer.from('00fe0102030405060708', 'hex');

test.each([
  [4, 'little', 0x040302_01n],
  [4, 'big', 0x010203_04n],
  [8, 'little', 0x0807060504030201n],
  [8, 'big', 0x0102030405060708n],
] as const)('%i bytes, %s end first', (sizeBytes, byteOrder, expected) => {
  expect(decodeUnsigned(bytes, 2, sizeBytes, byteOrder)).toBe(expected);
});

test('the highest bit is no sign', () => {
  expect(decodeUnsigned(Buffer.alloc(8, 0xff), 0, 8, 'little')).toBe(2n ** 64n - 1n);
  expect(decodeUnsigned(Buffer.alloc(8, 0xff), 0, 4, 'big')).toBe(2n ** 32n - 1n);
});

test('bytes that are not there are a RangeError', () => {
  expect(() => decodeUnsigned(bytes, 3, 8, 'little')).toThrow(RangeError);
});
