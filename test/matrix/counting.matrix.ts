import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { startFixed } from '../fixtures/fixed.ts';
import { startGuest } from '../fixtures/guest.ts';
import { startHarts } from '../fixtures/harts.ts';
import { gdbs } from './gdbs.ts';
import { watch } from './watched.ts';

describe.each(gdbs)('gdb $version ($origin)', ({ command }) => {
  test.each([
    { symbols: 'full', layout: 'array-with-pc', inline: true },
    { symbols: 'stripped', layout: 'array-with-pc', inline: true },
    { symbols: 'separate', layout: 'array-with-pc', inline: true },
    { symbols: 'full', layout: 'scalar', inline: true },
    { symbols: 'stripped', layout: 'array', inline: false },
  ] as const)('reads an exact total: $layout, inline $inline, symbols $symbols', async (plugin) => {
    await using guest = startGuest({
      qemu: 'qemu-riscv64',
      plugin: pluginFile(plugin.layout, plugin.symbols),
      inline: plugin.inline,
      guest: 'fixed',
    });
    await guest.whenSettled();
    await using watched = await watch(guest.pid, command);

    expect(watched.attached.counters.layout).toBe(plugin.layout);
    expect(watched.attached.counters.mode).toBe(plugin.inline ? 'inline' : 'percpu');
    // See fixed.S.
    expect(await watched.counters()).toEqual([20n + 2n * 1_000_000n]);
  });

  test.each([
    { layout: 'array-with-pc', inline: false, smp: 4 },
    { layout: 'array', inline: false, smp: 8 },
    { layout: 'scoreboard', inline: false, smp: 4 },
    { layout: 'scoreboard', inline: true, smp: 40 },
  ] as const)('reads exact totals of $smp vCPUs: $layout, inline $inline', async (plugin) => {
    await using guest = await startHarts(plugin.layout, plugin);
    await using watched = await watch(guest.pid, command);

    expect(watched.attached.counters.layout).toBe(plugin.layout);
    expect(await watched.counters()).toEqual(
      // See harts.S; `harts-small` makes 50,000 turns in a round.
      Array.from({ length: plugin.smp }, (_, hart) => 7n + BigInt(hart + 1) * (4n + 2n * 50_000n)),
    );
  });

  test('attaches whatever is in the memory that it gets', async () => {
    // Every byte is 1 at first: a pointer that is not initialized leads nowhere.
    vi.stubEnv('MALLOC_PERTURB_', '254');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    await using guest = await startFixed();
    await using watched = await watch(guest.pid, command);

    expect(watched.notices).toEqual([]);
    expect(await watched.counters()).toEqual([20n + 2n * 1_000_000n]);
  });
});
