import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guest } from '../../fixtures/guest.ts';
import { type MarkedRun, startMarked } from '../../fixtures/marked-run.ts';
import { readRecords, sumOf } from '../../fixtures/records.ts';
import { startSpin } from '../../fixtures/running.ts';
import { send } from '../../fixtures/send.ts';
import { gdbOf, whenWorking } from '../../fixtures/undisturbed.ts';
import { samplers } from '../samplers.ts';

/** From the beginning of an attach to the first readings, in ms. */
const moments = [0, 50, 150, 500];

for (const sampler of samplers) {
  const how = ` (${sampler.join(' ')})`;
  const watch = (guest: Guest, ...more: readonly string[]): MarkedRun =>
    startMarked([guest.pid, '--format', 'jsonl', '--interval', '50ms', ...sampler, ...more]);

  test(`Ctrl-C ends it with a summary, and the guest runs on${how}`, async () => {
    await using guest = await startSpin();
    await using run = watch(guest);
    await run.whenMore('sample', 5);
    const { status, stdout, stderr } = await run.interrupt();

    assert.equal(status, 0, stderr);
    const { samples, summary } = readRecords(stdout);
    assert.equal(summary.insns, sumOf(samples.map(({ insns }) => insns)));
    assert.ok(summary.insns > 0n);
    await run.whenNothingIsLeft();
    await whenWorking(guest.pid);
  });

  test(`the guest's end is told, with a last row${how}`, async () => {
    await using guest = await startSpin();
    await using run = watch(guest);
    await run.whenMore('sample', 3);
    guest.child.kill('SIGTERM');
    const { status, stdout, stderr } = await run.whenEnded();

    assert.equal(status, 0, stderr);
    assert.match(stderr, /the guest exited with status 0/);
    const { samples, summary } = readRecords(stdout);
    assert.equal(summary.reason, 'exited');
    assert.equal(summary.total, samples.at(-1)?.total);
    const { total = 0n } = await guest.whenEnded();
    assert.ok(summary.total > 0n && summary.total <= total, `${summary.total} of ${total}`);
    await run.whenNothingIsLeft();
  });

  test(`gdb is killed while it samples, and another goes on${how}`, async () => {
    await using guest = await startSpin();
    await using run = watch(guest);
    for (let kills = 1; kills <= 3; kills += 1) {
      await run.whenMore('sample', 2);
      send(await gdbOf(guest.pid), 'SIGKILL');
      const notices = (): number => run.stderr.split('attached again with a new gdb').length - 1;
      await run.whenTold(`notice ${kills}`, () => notices() >= kills);
    }
    await run.whenMore('sample', 2);
    const { status, stdout, stderr } = await run.interrupt();

    assert.equal(status, 0, stderr);
    const { samples, summary } = readRecords(stdout);
    assert.equal(summary.insns, sumOf(samples.map(({ insns }) => insns)));
    await run.whenNothingIsLeft();
    await whenWorking(guest.pid);
  });

  test(`gdb is killed while it attaches, and the guest runs on${how}`, async () => {
    await using guest = await startSpin();
    for (const moment of moments) {
      await using run = watch(guest, '--count', '1', '--verbose');
      const gdb = await run.whenGdb();
      await run.whenSaid('-interpreter-exec console "attach');
      await sleep(moment);
      send(gdb, 'SIGKILL');
      const { status, stderr } = await run.whenEnded();

      assert.equal(status, 0, stderr);
      await run.whenNothingIsLeft();
      await whenWorking(guest.pid);
    }
  });

  test(`icount-gdb is killed, and the guest runs on${how}`, async () => {
    await using guest = await startSpin();
    for (const moment of moments) {
      await using run = watch(guest, '--verbose');
      await run.whenSaid('-interpreter-exec console "attach');
      await sleep(moment);
      send(run.child.pid, 'SIGKILL');

      await run.whenNothingIsLeft();
      await whenWorking(guest.pid);
    }
  });
}
