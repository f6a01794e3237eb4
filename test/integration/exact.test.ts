import { describe, expect, test } from 'vitest';
import { blockLayouts, layouts, pluginFile } from '../fixtures/cache.ts';
import { startFixed } from '../fixtures/fixed.ts';
import { startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { readRecords } from '../fixtures/records.ts';

const modes = [
  { mode: 'inline', inline: true },
  { mode: 'percpu', inline: false },
] as const;

// QEMU 7.2 loads the plugins of the older layouts; from QEMU 9 on user mode may lack plugins.
const older = [...layouts, ...blockLayouts].filter((layout) => !layout.endsWith('scoreboard'));

const kinds = older.flatMap((layout) =>
  (['full', 'stripped'] as const).map((symbols) => ({ layout, symbols })),
);

describe.each(kinds)('layout $layout, symbols $symbols', ({ layout, symbols }) => {
  // fixed.S: 3 instructions follow the sleep in which it is read.
  test.each(modes)('the total of `fixed` is exact while it sleeps, $mode', async (mode) => {
    await using guest = await startFixed(pluginFile(layout, symbols), mode.inline);

    const run = await icount([guest.pid, '-f', 'jsonl', '-i', '10ms', '-n', 1]);

    const { start, summary } = readRecords(run.stdout);
    expect(start.mode).toBe(mode.mode);
    expect(summary.total).toBe(20n + 2n * 1_000_000n);
    const report = await guest.end();
    expect(summary.total).toBe((report.total ?? 0n) - 3n);
  });
});

test('each of four vCPUs has the total that QEMU reports for it at shutdown', async () => {
  await using guest = startGuest({
    qemu: 'qemu-system-riscv64',
    plugin: pluginFile('array'),
    inline: false,
    guest: 'harts',
    smp: 4,
  });
  await guest.whenSettled();

  const run = await icount([guest.pid, '-f', 'jsonl', '-i', '10ms', '-n', 1]);

  const { summary } = readRecords(run.stdout);
  const report = await guest.end();
  const totals = new Map((summary.vcpus ?? []).map(({ index, total }) => [index, total]));
  expect(totals).toEqual(report.perVcpu);
  expect([...totals.values()]).toEqual([1n, 2n, 3n, 4n].map((n) => 7n + n * (4n + 4_000_000n)));
  expect(summary.total).toBe(report.total);
});
