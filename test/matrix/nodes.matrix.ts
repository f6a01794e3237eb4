import { describe, expect, test } from 'vitest';
import { fixedTotal, startFixed } from '../fixtures/fixed.ts';
import { startBusyHarts } from '../fixtures/harts.ts';
import { icount, icountCommandOn } from '../fixtures/icount.ts';
import { startMarked } from '../fixtures/marked-run.ts';
import { readRecords } from '../fixtures/records.ts';
import { startSpin } from '../fixtures/running.ts';
import { send } from '../fixtures/send.ts';
import { expectSoundRows } from '../fixtures/sound-rows.ts';
import { startInTerminal } from '../fixtures/terminal.ts';
import { whenWorking } from '../fixtures/undisturbed.ts';
import { nodes } from './nodes.ts';

const jsonl = ['--format', 'jsonl', '--interval', '20ms'] as const;

describe.each(nodes)('Node $version', ({ command: node }) => {
  test('counts to the instruction', async () => {
    await using guest = await startFixed();

    const run = await icount([guest.pid, ...jsonl, '--count', 3], { node });

    expect(run.status, run.stderr).toBe(0);
    const { samples, summary } = readRecords(run.stdout);
    expect(samples.map(({ insns }) => insns)).toEqual([0n, 0n, 0n]);
    expect(summary.total).toBe(fixedTotal);
  });

  test('brackets a command, which has our input and output', async () => {
    await using guest = await startFixed();

    const run = await icount([guest.pid, '--', 'sh', '-c', 'echo said; exit 3'], { node });

    expect(run).toMatchObject({ status: 3, stdout: 'said\n' });
    expect(run.stderr).toContain('ended: the command finished');
  });

  test('draws the live view, and gives the terminal back', async () => {
    await using guest = await startBusyHarts(4);
    const watch = [...icountCommandOn(node), String(guest.pid), '--live', '-i', '50ms'];
    await using terminal = startInTerminal(watch);
    await terminal.whenTold('four vCPUs', () => terminal.text.includes('cpu 3'));
    terminal.type('q');

    expect(await terminal.status()).toBe(0);
    const [before, after] = terminal.settings();
    expect(after).toBe(before);
  });

  test('refuses the live view where there is no terminal', async () => {
    const run = await icount([process.pid, '--live'], { node });

    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toContain('--live needs a terminal');
  });

  test("tells the guest's end", async () => {
    await using guest = await startSpin();
    await using run = startMarked([guest.pid, ...jsonl], { node });
    await run.whenMore('sample', 3);
    guest.child.kill('SIGTERM');
    const { status, stdout, stderr } = await run.whenEnded();

    expect(status, stderr).toBe(0);
    expect(stderr).toContain('the guest exited with status 0');
    expectSoundRows(stdout);
    await run.whenNothingIsLeft();
  });

  test.each(['gdb', 'icount-gdb'])('leaves the guest alone when %s is killed', async (which) => {
    await using guest = await startBusyHarts(4);
    await using run = startMarked([guest.pid, ...jsonl], { node });
    await run.whenMore('sample', 3);
    const gdb = await run.whenGdb();
    send(which === 'gdb' ? gdb : run.child.pid, 'SIGKILL');
    if (which === 'gdb') {
      await run.whenSaid('attached again with a new gdb');
      await run.whenMore('sample', 3);
      const { status, stderr } = await run.interrupt();
      expect(status, stderr).toBe(0);
    }

    await run.whenNothingIsLeft();
    await whenWorking(guest.pid);
  });
});
