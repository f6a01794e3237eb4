import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../fixtures/directory.ts';
import type { Guest } from '../fixtures/guest.ts';
import { icountCommand, startIcount } from '../fixtures/icount.ts';
import { readRecords, readSamples } from '../fixtures/records.ts';
import { startSpin } from '../fixtures/running.ts';
import { whenWorking } from '../fixtures/undisturbed.ts';
import { until } from '../fixtures/until.ts';

const run = promisify(execFile);

let guest: Guest;

beforeAll(async () => {
  guest = await startSpin();
  return () => guest[Symbol.asyncDispose]();
});

test.each(['table', 'csv', 'jsonl', 'bpftrace'])(
  'a reader that goes away (| head) ends it quietly with 0, %s',
  async (format) => {
    const script = '{ "$@"; echo "status $?" >&2; } | head -n 3';
    const command = [...icountCommand, `${guest.pid}`, '-i', '5ms', '-f', format];

    const { stdout, stderr } = await run('sh', ['-c', script, 'sh', ...command]);

    expect(stdout.match(/\n/g)).toHaveLength(3);
    expect(stderr).toMatch(/^status 0$/m);
    expect(stderr).toContain('ended: nobody reads the output any more');
    expect(stderr).not.toMatch(/^icount-gdb:|EPIPE|^ +at /m);
    await whenWorking(guest.pid);
  },
);

const printed = [
  '--help',
  '--version',
  'help list',
  'completion zsh',
  'list -q',
  'inspect',
  'doctor',
];

function printing(what: string): readonly string[] {
  const needsPid = what === 'inspect' || what === 'doctor';
  return [...icountCommand, ...what.split(' '), ...(needsPid ? [`${guest.pid}`] : [])];
}

test.each(printed)('%s ends quietly with 0 where nobody reads', async (what) => {
  const script = '{ "$@"; echo "status $?" >&2; } | exec true';

  const { stderr } = await run('sh', ['-c', script, 'sh', ...printing(what)]);

  expect(stderr).toBe('status 0\n');
});

test.each(printed)('%s says so where it can not be written', async (what) => {
  const script = '"$@" > /dev/full; echo "status $?" >&2';

  const { stderr } = await run('sh', ['-c', script, 'sh', ...printing(what)]);

  expect(stderr).toBe(
    "icount-gdb: can't write standard output: no space left on device\nstatus 1\n",
  );
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s after a sample ends it with 0, the rest of the data and a summary',
  async (signal) => {
    await using watcher = startIcount([guest.pid, '-i', '20ms', '-f', 'jsonl']);
    await watcher.whenWritten('samples', (stdout) => readSamples(stdout).length > 2);
    watcher.child.kill(signal);
    const { status, stdout, stderr } = await watcher.whenEnded();

    expect(status).toBe(0);
    const { samples, summary } = readRecords(stdout);
    expect(summary).toMatchObject({ reason: 'interrupted', samples: samples.length });
    expect(stderr).toContain('instructions');
    await whenWorking(guest.pid);
  },
);

/** A gdb that says that it was started, and becomes one when it may. */
function slowGdb(directory: string) {
  const [gdb, started, go] = ['gdb', 'started', 'go'].map((name) => join(directory, name));
  if (gdb === undefined || started === undefined || go === undefined) throw new Error('no names');
  // Not for ever: it also ends with the directory, gdb then for want of an input.
  const wait = `until [ -e ${go} ] || [ ! -e ${started} ]; do sleep 0.02; done`;
  writeFileSync(gdb, `#!/bin/sh\n: > ${started}\n${wait}\nexec gdb "$@"\n`, { mode: 0o755 });
  return {
    gdb,
    whenStarted: () => until('gdb', () => existsSync(started)),
    letGo: () => writeFileSync(go, ''),
  };
}

test('SIGINT before there is anything to show ends it with 130', async () => {
  using directory = temporaryDirectory();
  const { gdb, whenStarted, letGo } = slowGdb(directory.path);
  await using watcher = startIcount([guest.pid, '--gdb', gdb, '-i', '20ms']);
  await whenStarted();
  watcher.child.kill('SIGINT');
  letGo();

  const { status, stdout, stderr } = await watcher.whenEnded();

  expect(status).toBe(130);
  expect(stdout).toBe('');
  expect(stderr).not.toMatch(/^ +at /m);
  await whenWorking(guest.pid);
});

test('a second SIGINT ends it at once, whatever gdb does', async () => {
  using directory = temporaryDirectory();
  const { gdb, whenStarted } = slowGdb(directory.path);
  await using watcher = startIcount([guest.pid, '--gdb', gdb, '-i', '20ms']);
  await whenStarted();
  // Signals that come at the same time are one: again and again, until it has had two.
  await until('its end', () => {
    watcher.child.kill('SIGINT');
    return watcher.hasEnded;
  });

  expect((await watcher.whenEnded()).status).toBe(130);
  await whenWorking(guest.pid);
});
