import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { promtool } from '../fixtures/prometheus.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');

/** The one block of the README in that language that begins so. */
function block(language: string, beginning: string): string {
  const blocks = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].filter(
    ([, is, text = '']) => is === language && text.startsWith(beginning),
  );
  expect(blocks).toHaveLength(1);
  return blocks[0]?.[2] ?? '';
}

async function checked(kind: 'rules' | 'config', text: string): Promise<void> {
  using directory = temporaryDirectory();
  const file = join(directory.path, `${kind}.yml`);
  writeFileSync(file, text);
  const { status, said } = await promtool(['check', kind, file]);
  expect(status, said).toBe(0);
}

test('promtool takes the scrape configuration', async () => {
  await checked('config', block('yaml', 'scrape_configs:'));
});

test('promtool takes the alerts', async () => {
  await checked('rules', block('yaml', 'groups:'));
});

test('promtool takes the queries', async () => {
  const queries = block('promql', 'sum').trimEnd().split('\n');
  expect(queries).toHaveLength(3);
  const rules = queries.map((query, at) => `      - record: query${at}\n        expr: ${query}\n`);
  await checked('rules', `groups:\n  - name: queries\n    rules:\n${rules.join('')}`);
});

test('systemd takes the unit', () => {
  using directory = temporaryDirectory();
  const program = join(directory.path, 'icount-gdb');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  const unit = join(directory.path, 'icount-gdb.service');
  const text = block('ini', '[Unit]').replace('/usr/local/bin/icount-gdb', program);
  expect(text).toContain(`ExecStart=${program} exporter`);
  writeFileSync(unit, text);

  const verify = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  expect({ status: verify.status, said: verify.stdout + verify.stderr }).toEqual({
    status: 0,
    said: '',
  });
});
