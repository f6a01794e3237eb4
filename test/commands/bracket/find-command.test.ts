import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { findCommand } from '../../../src/commands/bracket/find-command.js';
import { CommandError } from '../../../src/errors.js';
import { directoryOfFile } from '../../fixtures/directory.ts';

const folder = directoryOfFile();

beforeAll(() => {
  mkdirSync(join(folder, 'runnable'));
  mkdirSync(join(folder, 'plain'));
  for (const place of ['runnable', 'plain']) writeFileSync(join(folder, place, 'tool'), '');
  chmodSync(join(folder, 'runnable', 'tool'), 0o755);
  chmodSync(join(folder, 'plain', 'tool'), 0o644);
});

function statusFor(command: string, path?: string): number {
  try {
    findCommand(command, path);
    return 0;
  } catch (error) {
    if (error instanceof CommandError) return error.exitCode;
    throw error;
  }
}

test('a command is found by its path', () => {
  expect(statusFor(join(folder, 'runnable/tool'))).toBe(0);
});

test('a command is found in PATH, also behind one that may not be run', () => {
  expect(statusFor('tool', `${folder}/none:${folder}/plain:${folder}/runnable`)).toBe(0);
});

test('without PATH the usual places are searched', () => {
  expect(statusFor('sh', undefined)).toBe(0);
});

test.each([
  ['a name that is not in PATH', () => statusFor('tool', `${folder}/none`)],
  ['a path that does not exist', () => statusFor(join(folder, 'none'))],
  ['a path through a file', () => statusFor(join(folder, 'plain/tool/x'))],
])('%s is not found: 127', (_, status) => {
  expect(status()).toBe(127);
});

test.each([
  ['a file without the x bit', () => statusFor(join(folder, 'plain/tool'))],
  ['a name that PATH has without the x bit only', () => statusFor('tool', `${folder}/plain`)],
  ['a directory', () => statusFor(folder)],
])('%s is not runnable: 126', (_, status) => {
  expect(status()).toBe(126);
});
