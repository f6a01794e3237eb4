import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { directoryOfFile } from '../fixtures/directory.ts';
import { startFixed } from '../fixtures/fixed.ts';
import type { Guest } from '../fixtures/guest.ts';
import { startBusyHarts } from '../fixtures/harts.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { pathsIn, wellFormed } from '../observers/plot/svg-reader.js';

const folder = directoryOfFile();
let guest: Guest;

beforeAll(async () => {
  guest = await startBusyHarts(4);
  return () => guest[Symbol.asyncDispose]();
});

test('a chart has the total and every vCPU, and rows go where they always go', async () => {
  const file = join(folder, 'run.svg');
  writeFileSync(file, 'an older and longer chart'.repeat(10_000));

  const run = await icount([guest.pid, '-i', '20ms', '-n', 10, '--plot', file]);

  expect(run.status).toBe(0);
  expect(run.stdout.trimEnd().split('\n').length).toBeGreaterThanOrEqual(11);
  const svg = readFileSync(file, 'utf8');
  wellFormed(svg);
  const { main, lines } = pathsIn(svg);
  expect(main).toMatch(/^M0 [\d.]+H[\d.]+(?:V[\d.]+H[\d.]+)+$/);
  expect(lines).toHaveLength(4);
  expect(svg).toContain(`process ${guest.pid}`);
  expect(svg).toContain('(MIPS)');
  expect(svg).toContain('time since the start (milliseconds)');
  expect(svg).toContain('prefers-color-scheme: dark');
});

test('a run that is interrupted has a chart', async () => {
  const file = join(folder, 'interrupted.svg');
  await using run = startIcount([guest.pid, '-i', '20ms', '--plot', file]);
  await run.whenWritten('a row', (stdout) => stdout.split('\n').length > 3);

  const { status } = await run.interrupt();

  expect(status).toBe(0);
  wellFormed(readFileSync(file, 'utf8'));
});

test('a command with an interval has a chart', async () => {
  const file = join(folder, 'command.svg');
  const run = await icount([guest.pid, '-i', '20ms', '-q', '--plot', file, '--', 'sleep', '0.1']);
  expect(run.status).toBe(0);
  wellFormed(readFileSync(file, 'utf8'));
});

test('a file that can not be written is told of before the guest is touched', async () => {
  const run = await icount([2 ** 31 - 1, '--plot', join(folder, 'none', 'run.svg')]);
  expect(run).toMatchObject({ status: 2, stdout: '' });
  expect(run.stderr).toContain('no such file or directory');
});

test('without data a chart that was there stays, and none is made', async () => {
  const [old, fresh] = [join(folder, 'old.svg'), join(folder, 'fresh.svg')];
  writeFileSync(old, 'old');
  for (const file of [old, fresh]) {
    expect((await icount([2 ** 31 - 1, '--plot', file])).status).toBe(3);
  }
  expect(readFileSync(old, 'utf8')).toBe('old');
  expect(existsSync(fresh)).toBe(false);
});

test('with --all a guest that starts later has a line from then on', async () => {
  const file = join(folder, 'later.svg');
  await using run = startIcount(['--all', '-i', '50ms', '-f', 'jsonl', '--plot', file]);
  await run.whenWritten('a row', (stdout) => stdout.includes('"type":"sample"'));
  await using late = await startFixed();
  await run.whenWritten('rows of the later one', (stdout) => {
    return stdout.split(`{"type":"sample","pid":${late.pid},`).length > 5;
  });
  const { status } = await run.interrupt();

  expect(status).toBe(0);
  const svg = readFileSync(file, 'utf8');
  wellFormed(svg);
  expect(svg).toContain(`${late.pid}<`);
  const begins = pathsIn(svg).lines.map((path) => Number(/^M([\d.]+)/.exec(path)?.[1]));
  expect(Math.max(...begins)).toBeGreaterThan(50);
});
