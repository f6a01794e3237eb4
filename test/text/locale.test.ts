import { expect, test } from 'vitest';
import { plainText } from '../../src/text/locale.js';

test('signs of ours have a spelling in ASCII, and those of others stay', () => {
  expect(plainText('mean ± 1 …, – and Größe')).toBe('mean +/- 1 ..., - and Größe');
});
