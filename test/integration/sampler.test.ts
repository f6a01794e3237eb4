import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { directoryOfFile } from '../fixtures/directory.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { countLines, readRecords, readSamples } from '../fixtures/records.ts';
import { threadsOf } from '../fixtures/undisturbed.ts';
import { until } from '../fixtures/until.ts';

const directory = directoryOfFile();
const script = join(import.meta.dirname, '../../gdb-scripts/sampler.py');
let guest: Guest;

beforeAll(async () => {
  guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array'),
    inline: true,
    guest: 'getpid-loop',
  });
  await guest.whenRunning();
});

afterAll(async () => {
  await guest[Symbol.asyncDispose]();
});

/** A gdb that is given another script for its sampler. */
function gdbWith(name: string, sampler: string): string {
  const file = join(directory, `${name}.py`);
  const command = join(directory, name);
  writeFileSync(file, sampler);
  writeFileSync(
    command,
    `#!/bin/sh
for argument; do
    shift
    case $argument in */sampler.py) argument=${file} ;; esac
    set -- "$@" "$argument"
done
exec gdb "$@"
`,
  );
  chmodSync(command, 0o755);
  return command;
}

/** The sampler, with something that happens once, at the first point at which it may. */
function spoiltOnce(name: string, line: string): string {
  const flag = join(directory, `${name}-has-happened`);
  return readFileSync(script, 'utf8').replace(
    '    def tell(self):\n',
    `    def tell(self):
        if len(self.points) > 3 and not __import__("os").path.exists(${JSON.stringify(flag)}):
            open(${JSON.stringify(flag)}, "w").close()
            ${line}
`,
  );
}

test('gdb takes the samples, within microseconds, and a run says so', async () => {
  const run = await icount([guest.pid, '-i', '20ms', '-n', 20, '-f', 'jsonl', '-q']);

  const { start, samples } = readRecords(run.stdout);
  expect(start.sampler).toBe('gdb');
  expect(samples).toHaveLength(20);
  const windows = samples.map(({ window_ns }) => window_ns).sort((a, b) => a - b);
  expect(windows[10]).toBeLessThan(100_000);
});

test.each([
  ['1ms', 5],
  ['250us', 300],
] as const)('every %s: %d rows, and no more are waited for', async (interval, count) => {
  const run = await icount([guest.pid, '-i', interval, '-n', count, '-f', 'jsonl', '-q']);

  const { samples, summary } = readRecords(run.stdout);
  expect(samples.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, at) => at + 1));
  expect(summary).toMatchObject({ samples: count, gaps: 0, reason: 'count' });
  const [last] = samples.slice(-1);
  expect(summary.elapsed_ns).toBe(last?.elapsed_ns);
});

test('whatever is still in gdb when a run is interrupted becomes rows', async () => {
  await using run = startIcount([guest.pid, '-i', '1ms', '-f', 'jsonl', '-q']);
  await run.whenWritten('some rows', (stdout) => countLines(stdout) > 100);
  const written = countLines(run.stdout);
  const outcome = await run.interrupt();

  const { samples, summary } = readRecords(outcome.stdout);
  expect(samples.length).toBeGreaterThan(written - 1);
  expect(samples.reduce((sum, { dur_ns }) => sum + dur_ns, 0)).toBe(summary.elapsed_ns);
});

test('samples by MI, on request: the same rows, down to 1ms', async () => {
  const run = await icount([guest.pid, '--sampler', 'mi', '-i', '5ms', '-n', 5, '-f', 'jsonl']);

  expect(readRecords(run.stdout)).toMatchObject({
    start: { sampler: 'mi' },
    summary: { samples: 5 },
  });
  const refused = await icount([guest.pid, '--sampler', 'mi', '-i', '250us']);
  expect(refused).toMatchObject({ status: 2, stdout: '' });
  expect(refused.stderr).toContain('--interval 250us is too short for samples by MI');
});

test('a gdb that can not take samples is asked for each; gdb is asked whether it can', async () => {
  const gdb = gdbWith('no-sampler', '');
  const run = await icount([guest.pid, '--gdb', gdb, '-i', '5ms', '-n', 3, '-f', 'jsonl']);
  expect(readRecords(run.stdout)).toMatchObject({
    start: { sampler: 'mi' },
    summary: { samples: 3 },
  });

  const insisting = await icount([guest.pid, '--gdb', gdb, '--sampler', 'gdb', '-n', 1]);
  expect(insisting.status).toBe(7);
  expect(insisting.stderr).toContain("can't take samples by itself");

  const short = await icount([guest.pid, '--gdb', gdb, '-i', '250us', '-n', 1]);
  expect(short.status).toBe(2);
  expect(short.stderr).toContain('--interval 250us is too short for samples by MI');

  expect((await icount(['inspect', guest.pid, '--gdb', gdb])).stdout).toMatch(/^sampler +mi$/m);
  expect((await icount(['doctor', guest.pid, '--gdb', gdb])).stdout).toMatch(/sampler .*by MI/);
});

test.each([
  ['raises', 'raise ValueError', 'Python raised ValueError in gdb'],
  ['writes half a record', String.raw`posix.write(1, b'+icount,readings="12\n')`, 'is cut short'],
  [
    'writes half a reading',
    String.raw`posix.write(1, b'+icount,readings="12 3"\n')`,
    'is cut short',
  ],
])('a sampler that %s is told, gdb is replaced, and the data goes on', async (name, line, told) => {
  const file = name.replaceAll(' ', '-');
  const gdb = gdbWith(file, spoiltOnce(file, line));
  await using run = startIcount([guest.pid, '--gdb', gdb, '-i', '5ms', '-f', 'jsonl']);
  await until('a gdb to be replaced', () => run.stderr.includes('attached again'));
  const written = countLines(run.stdout);
  await run.whenWritten('more rows', (stdout) => countLines(stdout) > written + 20);
  const outcome = await run.interrupt();

  expect(outcome.stderr).toContain(told);
  const { samples, summary } = readRecords(outcome.stdout);
  expect(samples.reduce((sum, { insns }) => sum + insns, 0n)).toBe(summary.insns);
});

test('stopped for a while we come back to one row and the grid, and gdb has kept nothing', async () => {
  await using run = startIcount([guest.pid, '-i', '1ms', '-f', 'jsonl', '-q']);
  await run.whenWritten('some rows', (stdout) => countLines(stdout) > 50);
  const tracers = (await threadsOf(guest.pid)).map(({ tracerPid }) => tracerPid);
  const gdb = Math.max(...tracers);
  const before = residentKb(gdb);
  run.child.kill('SIGSTOP');
  const began = performance.now();
  await until('three seconds to pass', () => performance.now() - began > 3000);
  expect(residentKb(gdb)).toBeLessThan(before + 1000);
  run.child.kill('SIGCONT');
  const written = countLines(run.stdout);
  await run.whenWritten('rows again', (stdout) => countLines(stdout) > written + 100);
  const { samples, summary } = readRecords((await run.interrupt()).stdout);

  const long = samples.findIndex(({ dur_ns }) => dur_ns > 1.9e9);
  expect(long).toBeGreaterThan(0);
  expect(summary.late).toBeGreaterThan(1_900);
  const rows = samples.filter(({ elapsed_ns }) => elapsed_ns > (samples[long]?.elapsed_ns ?? 0));
  expect(rows.length).toBeGreaterThan(50);
});

test('when the guest ends the last row reaches to within a tenth of a second', async () => {
  await using ending = startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array'),
    inline: true,
    guest: 'getpid-loop',
  });
  await ending.whenRunning();
  await using run = startIcount([ending.pid, '-i', '1m', '-f', 'jsonl', '-q']);
  await run.whenWritten('the start', (stdout) => countLines(stdout) > 0);
  const began = performance.now();
  await until('a second to pass', () => performance.now() - began > 1000);
  process.kill(ending.pid, 'SIGKILL');
  const endedAfterNs = (performance.now() - began) * 1e6;
  const { summary } = readRecords((await run.whenEnded()).stdout);

  expect(summary.reason).toBe('exited');
  // A machine that is busy may wake gdb late.
  expect(summary.elapsed_ns).toBeGreaterThan(endedAfterNs - 300e6);
  expect(readSamples(run.stdout)).toHaveLength(1);
});

function residentKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
