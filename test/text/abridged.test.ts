import { expect, test } from 'vitest';
import { abridged } from '../../src/text/abridged.js';

test.each([
  ['0', '0'],
  ['7+15+23+31', '7+15+23+31'],
  ['0+8+16+24+32', '0+8+...+32'],
  [Array.from({ length: 47 }, (_, turn) => turn * 8).join('+'), '0+8+...+368'],
])('%s in a title is %s', (name, expected) => {
  expect(abridged(name)).toBe(expected);
});
