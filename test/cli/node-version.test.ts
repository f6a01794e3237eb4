import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeComplaint } from '../../src/cli/node-version.js';

test.each(['20.15.0', '20.20.2', '22.0.0', '26.1.0'])('Node %s will do', (version) => {
  expect(nodeComplaint(version)).toBeUndefined();
});

test.each(['20.14.0', '20.3.1', '18.20.4', '16.0.0'])('Node %s is too old', (version) => {
  expect(nodeComplaint(version)).toMatch(
    new RegExp(
      `^icount-gdb: this is Node.js ${version}, .*\n  run it with Node.js 20.15 or newer\n$`,
    ),
  );
});

test('the oldest is that of the package', () => {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  const [, oldest = ''] = />=([\d.]+)/.exec(JSON.parse(text).engines.node) ?? [];

  expect(nodeComplaint('1.0.0')).toContain(`Node.js ${oldest} or newer`);
});
