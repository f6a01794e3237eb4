import { symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { namedDescriptor } from '../../src/output/descriptor.js';
import { scratchPath } from './scratch-folder.js';

test.each([
  ['-', 1],
  ['/dev/stdout', 1],
  ['/dev/../dev/stdout', 1],
  ['/dev/stderr', 2],
  ['/dev/fd/7', 7],
  ['/proc/self/fd/1', 1],
  ['/proc/thread-self/fd/1', 1],
  [`/proc/${process.pid}/fd/12`, 12],
  ['/proc/1/fd/1', undefined],
  ['/dev/fd', undefined],
  ['/dev/null', undefined],
  ['./-', undefined],
  ['out.csv', undefined],
])('%s stands for descriptor %s', (path, expected) => {
  expect(namedDescriptor(path)).toBe(expected);
});

test('a link to standard output stands for it, and one that leads in a circle for nothing', () => {
  const link = scratchPath('log');
  symlinkSync('/dev/stdout', link);
  const circle = scratchPath('circle');
  symlinkSync(circle, circle);

  expect(namedDescriptor(link)).toBe(1);
  expect(namedDescriptor(circle)).toBeUndefined();
});
