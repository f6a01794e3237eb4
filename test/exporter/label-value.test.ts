import { expect, test } from 'vitest';
import { labelValue } from '../../src/exporter/label-value.js';

test('a name of usual length stays as it is', () => {
  expect(labelValue('build-7')).toBe('build-7');
  expect(labelValue('x'.repeat(200))).toBe('x'.repeat(200));
});

test('a name of 64 KiB is cut, between characters, and shows it', () => {
  const cut = labelValue('🦀'.repeat(16_384));

  expect([...cut]).toHaveLength(200);
  expect(cut).toBe(`${'🦀'.repeat(199)}…`);
});
