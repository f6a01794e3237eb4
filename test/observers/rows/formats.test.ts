import { expect, test } from 'vitest';
import { formatNames, isFormatName } from '../../../src/observers/rows/formats.js';

test('the names of the contract are there, and other words are no formats', () => {
  expect(formatNames).toEqual(expect.arrayContaining(['table', 'csv', 'jsonl', 'bpftrace']));
  expect(formatNames.every(isFormatName)).toBe(true);
  expect(['json', 'Table', '', '__proto__'].some(isFormatName)).toBe(false);
});
