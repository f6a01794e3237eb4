import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, truncateSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { startFixed } from '../fixtures/fixed.ts';
import type { Guest } from '../fixtures/guest.ts';
import { icount, icountCommand, startIcount } from '../fixtures/icount.ts';
import { readRecords } from '../fixtures/records.ts';
import { expectRefusal } from '../fixtures/refusal.ts';
import { until } from '../fixtures/until.ts';

let guest: Guest;

beforeAll(async () => {
  guest = await startFixed(pluginFile('array'), false);
});

afterAll(async () => {
  await guest[Symbol.asyncDispose]();
});

const rows = (): readonly (string | number)[] => [
  ...[guest.pid, '-i', '10ms', '-n', 3, '-f', 'jsonl', '-q'],
];
const names = ['-', '/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'];

test.each(names)('-o %s is standard output, a pipe', async (name) => {
  const run = await icount([...rows(), '-o', name]);

  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(readRecords(run.stdout).samples).toHaveLength(3);
});

test.each(names)('-o %s is standard output, a file between what others write to it', (name) => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'out');
  const script = `{ echo before; "$@"; echo after; } > ${file}`;

  execFileSync('sh', ['-c', script, 'sh', ...icountCommand, ...rows().map(String), '-o', name]);

  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^before\n\{.*\}\nafter\n$/s);
  expect(readRecords(text.replace('before\n', '').replace('after\n', '')).samples).toHaveLength(3);
});

// As systemd starts its services.
test.each([undefined, ...names])('standard output may be a socket, -o being %s', async (name) => {
  using directory = temporaryDirectory();
  const path = join(mkdtempSync(join(directory.path, 's')), 'socket');
  const server = createServer({ allowHalfOpen: true });
  server.listen(path);
  await once(server, 'listening');
  let received = '';
  server.on('connection', (socket: Socket) => {
    socket.setEncoding('utf8').on('data', (text: string) => {
      received += text;
    });
  });
  const args = [...icountCommand, ...rows(), ...(name === undefined ? [] : ['-o', name])];
  const connect = `import os, socket, sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); os.dup2(s.fileno(), 1)
os.execvp(sys.argv[2], sys.argv[2:])`;

  const child = spawn('python3', ['-c', connect, path, ...args.map(String)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const [status] = await once(child, 'close');
  server.close();

  expect([status, stderr]).toEqual([0, '']);
  expect(readRecords(received).samples).toHaveLength(3);
});

test('-o - is standard output with a command, too', async () => {
  const run = await icount([guest.pid, '-i', '10ms', '-f', 'jsonl', '-q', '-o', '-', '--', 'true']);

  expect(run).toMatchObject({ status: 0, stderr: '' });
  expect(run.stdout).toContain('"type":"summary"');
});

test.each(['-o', '--plot'])('%s with a descriptor that is not open is refused', async (option) => {
  expectRefusal(await icount([guest.pid, option, '/dev/fd/77']), 2, '/dev/fd/77');
});

test('a socket that has a name is not one that nobody reads from', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'socket');
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');

  expectRefusal(await icount([guest.pid, '-o', path]), 2, path, 'it is a socket');
  server.close();
});

test.each([
  ['-o', (file: string) => ({ args: ['-o', file], behind: [] })],
  ['a shell', (file: string) => ({ args: [], behind: redirected('>', file) })],
  ['a shell that appends', (file: string) => ({ args: [], behind: redirected('>>', file) })],
])('a file named by %s that is cut short (copytruncate) goes on without NULs', async (_, how) => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'out.jsonl');
  const { args, behind } = how(file);
  const text = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  await using run = startIcount([guest.pid, '-i', '10ms', '-f', 'jsonl', '-q', ...args], {
    behind,
  });
  await until('rows', () => text().length > 2000);

  truncateSync(file);

  await until('more rows', () => text().length > 2000);
  expect(await run.interrupt()).toMatchObject({ status: 0, stderr: '' });
  expect(text()).not.toContain('\0');
  for (const line of text().trimEnd().split('\n').slice(1)) JSON.parse(line);
});

function redirected(sign: string, file: string): readonly string[] {
  return ['sh', '-c', `exec "$@" ${sign} ${file}`, 'sh'];
}
