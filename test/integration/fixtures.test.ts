import { describe, expect, test } from 'vitest';
import { type Layout, layouts, pluginFile } from '../fixtures/cache.ts';
import { startGuest } from '../fixtures/guest.ts';

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
    await using guest = startGuest({ qemu: 'qemu-riscv64', plugin, inline, guest: 'fixed' });
    await guest.whenSettled();

    const { total } = await guest.end();

    expect(total).toBe(23n + 2n * 1_000_000n);
  });
});

describe.each(layouts)('libinsn of layout %s', (layout) => {
  test.each(modes)('counts what `harts` says for one hart, $mode', async ({ inline }) => {
    await using guest = startHarts(layout, inline, 1);
    await guest.whenSettled();

    const { total } = await guest.end();

    expect(total).toBe(instructionsOfHart(0));
  });
});

test('libinsn counts what `harts` says for each of four harts in an array', async () => {
  await using guest = startHarts('array', false, 4);
  await guest.whenSettled();

  const report = await guest.end();

  expect([...report.perVcpu.values()]).toEqual([0, 1, 2, 3].map(instructionsOfHart));
});

test.each(modes)(
  'libinsn counts what `harts` says for 40 harts on a scoreboard, $mode',
  async ({ inline }) => {
    await using guest = startHarts('scoreboard', inline, 40);
    await guest.whenSettled();

    const report = await guest.end();

    const expected = Array.from({ length: 40 }, (_, hart) => instructionsOfHart(hart));
    expect([...report.perVcpu.values()]).toEqual(expected);
    expect(report.total).toBe(expected.reduce((sum, count) => sum + count));
  },
);

test('a guest in system mode obeys its monitor', async () => {
  await using guest = startGuest({
    qemu: 'qemu-system-riscv64',
    plugin: pluginFile('array'),
    inline: false,
    guest: 'harts-busy',
    smp: 4,
  });
  await guest.whenRunning();

  await guest.monitor('stop');

  expect(await guest.monitor('info status')).toContain('paused');
});

function startHarts(layout: Layout, inline: boolean, smp: number) {
  return startGuest({
    qemu: layout === 'scoreboard' ? 'qemu10-system' : 'qemu-system-riscv64',
    plugin: pluginFile(layout),
    inline,
    guest: 'harts-small',
    smp,
  });
}

/** See harts.S; `harts-small` makes 50,000 turns in a round. */
function instructionsOfHart(hart: number): bigint {
  return 7n + BigInt(hart + 1) * (4n + 2n * 50_000n);
}
