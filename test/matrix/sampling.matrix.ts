import { describe, expect, test } from 'vitest';
import { fixedTotal, startFixed } from '../fixtures/fixed.ts';
import { startBusyHarts } from '../fixtures/harts.ts';
import { icount } from '../fixtures/icount.ts';
import { startMarked } from '../fixtures/marked-run.ts';
import { readRecords } from '../fixtures/records.ts';
import { startSpin } from '../fixtures/running.ts';
import { send } from '../fixtures/send.ts';
import { expectSoundRows } from '../fixtures/sound-rows.ts';
import { gdbOf, whenWorking } from '../fixtures/undisturbed.ts';
import { gdbs } from './gdbs.ts';

const ROWS = 50;

const pairs = gdbs.flatMap(({ version, origin, command }) => {
  const samplers = origin === 'minimal' ? (['mi'] as const) : (['gdb', 'mi'] as const);
  return samplers.map((sampler) => ({ version, origin, command, sampler }));
});

describe.each(pairs)('samples by $sampler, gdb $version ($origin)', ({ command, sampler }) => {
  const watch = ['--gdb', command, '--sampler', sampler, '--format', 'jsonl', '--interval', '10ms'];

  test('are exact while the guest is at rest', async () => {
    await using guest = await startFixed();

    const run = await icount([guest.pid, ...watch, '--count', 3]);

    expect(run.status, run.stderr).toBe(0);
    const { start, samples, summary } = readRecords(run.stdout);
    expect(start).toMatchObject({ sampler });
    expect(samples.map(({ insns }) => insns)).toEqual([0n, 0n, 0n]);
    expect(summary.total).toBe(fixedTotal);
  });

  test('have no gaps while four vCPUs work, and Ctrl-C ends them', async () => {
    await using guest = await startBusyHarts(4);
    await using run = startMarked([guest.pid, ...watch]);
    await run.whenMore('sample', ROWS);
    const { status, stdout, stderr } = await run.interrupt();

    expect(status, stderr).toBe(0);
    expectSoundRows(stdout);
    expect(readRecords(stdout).gaps).toEqual([]);
    await run.whenNothingIsLeft();
    await whenWorking(guest.pid);
  });

  test("end with the guest's end", async () => {
    await using guest = await startSpin();
    await using run = startMarked([guest.pid, ...watch]);
    await run.whenMore('sample', 3);
    guest.child.kill('SIGTERM');
    const { status, stdout, stderr } = await run.whenEnded();

    expect(status, stderr).toBe(0);
    expectSoundRows(stdout);
    expect(stderr).toContain('the guest exited with status 0');
    await run.whenNothingIsLeft();
  });

  test('go on when gdb is killed', async () => {
    await using guest = await startBusyHarts(4);
    await using run = startMarked([guest.pid, ...watch]);
    await run.whenMore('sample', 3);
    send(await gdbOf(guest.pid), 'SIGKILL');
    await run.whenSaid('attached again with a new gdb');
    await run.whenMore('sample', 3);
    const { status, stdout, stderr } = await run.interrupt();

    expect(status, stderr).toBe(0);
    expectSoundRows(stdout);
    await run.whenNothingIsLeft();
    await whenWorking(guest.pid);
  });
});

test.each(gdbs.filter(({ origin }) => origin === 'minimal'))(
  'gdb-minimal $version is asked for each sample, and says that it takes none',
  async ({ command: gdb }) => {
    await using guest = await startFixed();

    const asked = await icount([guest.pid, '--gdb', gdb, '-f', 'jsonl', '-i', '10ms', '-n', 1]);
    const insisting = await icount([guest.pid, '--gdb', gdb, '--sampler', 'gdb', '-n', 1]);

    expect(readRecords(asked.stdout).start).toMatchObject({ sampler: 'mi' });
    expect(insisting).toMatchObject({ status: 7, stdout: '' });
    expect(insisting.stderr).toContain("can't take samples by itself");
  },
);
