import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount, icountCommand } from '../fixtures/icount.ts';
import { startMarked } from '../fixtures/marked-run.ts';
import { withMounts } from '../fixtures/mounts.ts';
import { readRecords, readSamples } from '../fixtures/records.ts';
import { send } from '../fixtures/send.ts';
import { whenWorking } from '../fixtures/undisturbed.ts';

const jsonl = ['-f', 'jsonl', '-i', '5ms'] as const;

let guest: Guest;

beforeAll(async () => {
  guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array-with-pc'),
    inline: true,
    guest: 'threads',
    args: ['4', '10000000'],
  });
  await guest.whenRunning();
  return () => guest[Symbol.asyncDispose]();
});

describe('SIGKILL to icount-gdb: the guest runs on, and no gdb is left', () => {
  test('at any moment', async () => {
    for (let cycle = 0; cycle < 12; cycle += 1) {
      await using run = startMarked([guest.pid, ...jsonl]);
      await run.whenGdb();
      await sleep(cycle * 25);
      send(run.child.pid, 'SIGKILL');

      await run.whenNothingIsLeft();
      await whenWorking(guest.pid);
    }
  });

  test('in the middle of the attach', async () => {
    for (let cycle = 0; cycle < 16; cycle += 1) {
      await using run = startMarked([guest.pid, ...jsonl, '--verbose']);
      await run.whenSaid('-interpreter-exec console "attach');
      await sleep(cycle % 8);
      send(run.child.pid, 'SIGKILL');

      await run.whenNothingIsLeft();
      await whenWorking(guest.pid);
    }
  });

  test('with a gdb that hangs', async () => {
    await using run = startMarked([guest.pid, ...jsonl]);
    await run.whenMore('sample', 3);
    const gdb = await run.whenGdb();
    send(gdb, 'SIGSTOP');
    send(run.child.pid, 'SIGKILL');
    // Whoever stopped it has it in hand; it hinders nobody.
    await whenCounting();
    send(gdb, 'SIGCONT');

    await run.whenNothingIsLeft();
    await whenWorking(guest.pid);
  });
});

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s to icount-gdb', (signal) => {
  test('ends it with a summary', async () => {
    for (let cycle = 0; cycle < 4; cycle += 1) {
      await using run = startMarked([guest.pid, ...jsonl]);
      await run.whenMore('sample', 1 + cycle);
      send(run.child.pid, signal);
      const { status, stdout, stderr } = await run.whenEnded();

      expect(status, stderr).toBe(0);
      expect(readRecords(stdout).summary.reason).toBe('interrupted');
      await run.whenNothingIsLeft();
      await whenWorking(guest.pid);
    }
  });

  test('twice ends it at once', async () => {
    for (let cycle = 0; cycle < 4; cycle += 1) {
      await using run = startMarked([guest.pid, ...jsonl, '-i', '1m']);
      await run.whenWritten('the start', () => run.rowsOf('start').length > 0);
      send(run.child.pid, signal);
      await sleep(cycle);
      send(run.child.pid, signal);
      const { status } = await run.whenEnded();

      // The first may have been enough.
      expect([0, 'SIGINT', 129, 130, 143]).toContain(status);
      await run.whenNothingIsLeft();
      await whenWorking(guest.pid);
    }
  });

  test('before there is a sample', async () => {
    for (let cycle = 0; cycle < 4; cycle += 1) {
      await using run = startMarked([guest.pid, ...jsonl]);
      await run.whenGdb();
      await sleep(cycle * 20);
      send(run.child.pid, signal);
      const { status, stderr } = await run.whenEnded();

      expect(typeof status === 'number' && status < 128 && status !== 0, stderr).toBe(false);
      await run.whenNothingIsLeft();
      await whenWorking(guest.pid);
    }
  });
});

test('a reader that goes away ends it quietly', async () => {
  for (const lines of [1, 2, 7]) {
    const command = [...icountCommand, String(guest.pid), ...jsonl].join(' ');
    const child = spawn('bash', ['-c', `${command} | head -n ${lines}; exit \${PIPESTATUS[0]}`]);
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    const [status] = await once(child, 'close');

    expect(status).toBe(0);
    expect(stdout.split('\n')).toHaveLength(lines + 1);
    await whenWorking(guest.pid);
  }
});

test('SIGPIPE is no reason to end', async () => {
  await using run = startMarked([guest.pid, ...jsonl]);
  await run.whenMore('sample', 1);
  send(run.child.pid, 'SIGPIPE');
  await run.whenMore('sample', 3);

  expect((await run.interrupt()).status).toBe(0);
});

test('icount-gdb is stopped for a while: late ticks, one row that covers them, right rates', async () => {
  await using run = startMarked([guest.pid, '-f', 'jsonl', '-i', '20ms']);
  for (let pause = 0; pause < 4; pause += 1) {
    await run.whenMore('sample', 3);
    send(run.child.pid, 'SIGSTOP');
    await sleep(1200);
    // The guest goes on all the while.
    await whenCounting();
    send(run.child.pid, 'SIGCONT');
  }
  await run.whenMore('sample', 3);
  const { stdout, status, stderr } = await run.interrupt();

  expect(status, stderr).toBe(0);
  const { samples, summary } = readRecords(stdout);
  const long = samples.filter(({ dur_ns: dur }) => dur > 500e6);
  expect(long.length).toBeGreaterThanOrEqual(4);
  expect(summary.late).toBeGreaterThanOrEqual(4 * 25);
  for (const { insns, dur_ns: dur, mips } of samples) {
    expect(mips).toBeCloseTo((Number(insns) / dur) * 1000, 2);
  }
  // No burst: as many rows as points of the grid that were not missed, and the one at the end.
  const points = Math.floor(summary.elapsed_ns / 20e6);
  expect(Math.abs(summary.samples + summary.late + summary.gaps - points)).toBeLessThanOrEqual(2);
  await whenWorking(guest.pid);
});

describe('the output fails: the error says so, rows are whole, the guest is left', () => {
  test('a disk that fills up', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'full/rows');
    const outcome = await icount([guest.pid, ...jsonl, '-o', file], {
      behind: withMounts(`mkdir ${directory.path}/full
        mount -t tmpfs -o size=8k tmpfs ${directory.path}/full
        trap 'cat ${file}' EXIT
        "$@"; exit $?`),
    });

    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain(`icount-gdb: can't write ${file}: no space left on device\n`);
    expect(outcome.stdout.endsWith('}\n')).toBe(true);
    expect(readSamples(outcome.stdout).length).toBeGreaterThan(10);
    await whenWorking(guest.pid);
  });

  test('a device that is full', async () => {
    const outcome = await icount([guest.pid, ...jsonl, '-o', '/dev/full']);

    expect(outcome.status).toBe(1);
    expect(outcome.stderr).toContain("can't write /dev/full: no space left on device");
    await whenWorking(guest.pid);
  });

  test('a file that is removed', async () => {
    using directory = temporaryDirectory();
    const file = join(directory.path, 'rows');
    await using run = startMarked([guest.pid, ...jsonl, '-o', file]);
    await run.whenTold('rows', () => isFilled(file));
    unlinkSync(file);
    const { status, stderr } = await run.whenEnded();

    expect(status).toBe(1);
    expect(stderr).toContain(`can't write ${file}: it has been removed`);
    await run.whenNothingIsLeft();
    await whenWorking(guest.pid);
  });
});

/** The guest executes, whatever else is the matter with it. */
async function whenCounting(): Promise<void> {
  const ticks = () =>
    readFileSync(`/proc/${guest.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ');
  const before = Number(ticks()?.[11]);
  for (let looks = 0; looks < 1000; looks += 1) {
    if (Number(ticks()?.[11]) > before) return;
    await sleep(5);
  }
  throw new Error('the guest does not run');
}

function isFilled(file: string): boolean {
  try {
    return readFileSync(file, 'utf8').split('\n').length > 5;
  } catch {
    return false;
  }
}
