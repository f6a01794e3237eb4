import { execFile } from 'node:child_process';
import { cp, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { directoryOfFile } from '../fixtures/directory.ts';
import { startSpin } from '../fixtures/running.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const directory = directoryOfFile();
let packed: readonly string[];

/** Packs a copy, so that the build that packing does can't pull dist/ away under other tests. */
beforeAll(async () => {
  const copy = join(directory, 'copy');
  for (const entry of [
    ...['package.json', 'package-lock.json', '.rolldown.js', 'src', 'gdb-scripts'],
    ...['README.md', 'LICENSE', 'CHANGELOG.md'],
  ]) {
    await cp(join(root, entry), join(copy, entry), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', directory], {
    cwd: copy,
  });
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf('[')));
  packed = files.map(({ path }: { path: string }) => path);
  await run('npm', [
    ...['install', '--global', '--prefix', join(directory, 'prefix'), '--prefer-offline'],
    ...['--no-audit', '--no-fund', join(directory, filename)],
  ]);
});

test('the tarball holds what it takes to run, and nothing else', () => {
  const unexpected = packed.filter((path) => !/^dist\/[\w/-]+\.js$/.test(path));

  expect(unexpected.sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist/cli/icount-gdb',
    'dist/man/icount-gdb.1',
    'dist/package.json',
    'gdb-scripts/icount.gdb',
    'gdb-scripts/sampler.py',
    'gdb-scripts/session.gdb',
    'gdb-scripts/start.sh',
    'package.json',
  ]);
  expect(packed).toContain('dist/cli/main.js');
});

describe('installed into an empty prefix', () => {
  const installed = (): string => join(directory, 'prefix/bin/icount-gdb');

  test('icount-gdb says its version', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

    expect((await run(installed(), ['--version'])).stdout).toBe(`${version}\n`);
  });

  test('icount-gdb counts the instructions of a real guest', async () => {
    const plugin = pluginFile('array');
    await using guest = await startSpin(plugin);

    const { stdout } = await run(installed(), [
      ...[String(guest.pid), '--interval', '20ms', '--count', '5', '--format', 'jsonl', '--quiet'],
    ]);

    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records.map(({ type }) => type)).toEqual([
      'start',
      ...Array.from({ length: 5 }, () => 'sample'),
      'summary',
    ]);
    expect(records.at(-1).insns).toBeGreaterThan(0);
  });

  test('its manual and the script for gdb are there', async () => {
    const prefix = join(directory, 'prefix');

    expect(await readFile(join(prefix, 'share/man/man1/icount-gdb.1'), 'utf8')).toContain('.TH');
    const script = join(prefix, 'lib/node_modules/icount-gdb/gdb-scripts/icount.gdb');
    expect(await readFile(script, 'utf8')).toContain('define icount\n');
  });
});
