import { expect, test } from 'vitest';
import { formatNames, isFormatName } from '../../../src/observers/rows/formats.js';

test('the names are those of the contract, and no others', () => {
  expect(formatNames).toEqual(['table', 'csv', 'jsonl', 'bpftrace']);
  expect(formatNames.every(isFormatName)).toBe(true);
  expect(['json', 'Table', '', '__proto__'].some(isFormatName)).toBe(false);
});
