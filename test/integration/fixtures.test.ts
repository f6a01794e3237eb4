import { describe, expect, test } from 'vitest';
import { layouts, pluginFile } from '../fixtures/cache.ts';
import { startFixed } from '../fixtures/fixed.ts';
import { startGuest } from '../fixtures/guest.ts';
import { startBusyHarts, startHarts } from '../fixtures/harts.ts';

const modes = [
  { mode: 'inline', inline: true },
  { mode: 'callback', inline: false },
] as const;

// QEMU 7.2 loads the plugins of the three older layouts.
const olderLayouts = layouts.filter((layout) => layout !== 'scoreboard');

describe.each(olderLayouts)('libinsn of layout %s', (layout) => {
  const plugin = pluginFile(layout);

  test.each(modes)('counts the 8 instructions of `eight`, $mode', async ({ inline }) => {
    await using guest = startGuest({ qemu: 'qemu-riscv64', plugin, inline, guest: 'eight' });

    const { total } = await guest.whenEnded();

    expect(total).toBe(8n);
  });

  test.each(modes)('counts what `fixed` says, $mode', async ({ inline }) => {
    await using guest = await startFixed(plugin, inline);

    const { total } = await guest.end();

    expect(total).toBe(23n + 2n * 1_000_000n);
  });
});

describe.each(layouts)('libinsn of layout %s', (layout) => {
  test.each(modes)('counts what `harts` says for one hart, $mode', async ({ inline }) => {
    await using guest = await startHarts(layout, { inline });

    const { total } = await guest.end();

    expect(total).toBe(instructionsOfHart(0));
  });
});

test('libinsn counts what `harts` says for each of four harts in an array', async () => {
  await using guest = await startHarts('array', { inline: false, smp: 4 });

  const report = await guest.end();

  expect([...report.perVcpu.values()]).toEqual([0, 1, 2, 3].map(instructionsOfHart));
});

test.each(modes)(
  'libinsn counts what `harts` says for 40 harts on a scoreboard, $mode',
  async ({ inline }) => {
    await using guest = await startHarts('scoreboard', { inline, smp: 40 });

    const report = await guest.end();

    const expected = Array.from({ length: 40 }, (_, hart) => instructionsOfHart(hart));
    expect([...report.perVcpu.values()]).toEqual(expected);
    expect(report.total).toBe(expected.reduce((sum, count) => sum + count));
  },
);

test('a guest in system mode obeys its monitor', async () => {
  await using guest = await startBusyHarts(4);

  await guest.monitor('stop');

  expect(await guest.monitor('info status')).toContain('paused');
});

/** See harts.S; `harts-small` makes 50,000 turns in a round. */
function instructionsOfHart(hart: number): bigint {
  return 7n + BigInt(hart + 1) * (4n + 2n * 50_000n);
}
