import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type BlockLayout,
  blockLayouts,
  type Layout,
  layoutName,
  layouts,
  pluginFile,
  type SymbolKind,
} from '../fixtures/cache.ts';
import { startHarts } from '../fixtures/harts.ts';
import { icount } from '../fixtures/icount.ts';
import { readRecords } from '../fixtures/records.ts';

/**
 * Each memory layout that libinsn and libbb ever had, in each of its modes, with debug information
 * and after `strip -g`, in a real QEMU: the counters that we read while it runs are those that the
 * plugin itself reports when QEMU is shut down.
 */
const combinations = [...layouts, ...blockLayouts].flatMap((layout) =>
  (['inline', 'percpu'] as const).flatMap((mode) =>
    (['full', 'stripped'] as const).map((symbols) => ({ layout, mode, symbols })),
  ),
);

const table = [
  '| layout | mode | symbols | QEMU | harts | plugin at exit | read while it ran |',
  '|---|---|---|---|---|---|---|',
];

afterAll(() => {
  const text = `${table.join('\n')}\n`;
  writeFileSync(join(import.meta.dirname, '../../.cache/layouts.md'), text);
  console.log(text);
});

describe.each(combinations)('a plugin of layout $layout, $mode, $symbols', (combination) => {
  test('has in memory what it reports at exit, to the instruction', async () => {
    const { layout, mode, symbols } = combination;
    const harts = hartsFor(layout, mode);
    await using guest = await startHarts(layout, {
      inline: mode === 'inline',
      smp: harts,
      symbols,
    });

    const run = await icount([guest.pid, '-f', 'jsonl', '-i', '10ms', '-n', 2]);

    expect(run.status, run.stderr).toBe(0);
    const { start, samples, summary } = readRecords(run.stdout);
    expect(start).toMatchObject({
      layout: layoutName(layout),
      mode,
      plugin: pluginFile(layout, symbols),
      plugin_kind: layout.startsWith('block-') ? 'bb' : 'insn',
    });
    expect(samples.map(({ insns }) => insns)).toEqual([0n, 0n]);
    const report = await guest.end();
    expect(summary.total).toBe(report.total);
    const perVcpu = (summary.vcpus ?? []).map(({ index, total }) => [index, total]);
    expect(perVcpu).toEqual(countsPerVcpu(layout, mode) ? [...report.perVcpu] : []);
    table.push(row(combination, harts, report.total, summary.total));
  });
});

/** A counter that several vCPUs add to loses counts, and four of them would prove less. */
function hartsFor(layout: Layout | BlockLayout, mode: 'inline' | 'percpu'): number {
  return countsPerVcpu(layout, mode) ? 4 : 1;
}

function countsPerVcpu(layout: Layout | BlockLayout, mode: 'inline' | 'percpu'): boolean {
  return isNewest(layout) || (!layout.endsWith('scalar') && mode === 'percpu');
}

function isNewest(layout: Layout | BlockLayout): boolean {
  return layout.endsWith('scoreboard');
}

function row(
  { layout, mode, symbols }: { layout: Layout | BlockLayout; mode: string; symbols: SymbolKind },
  harts: number,
  reported: bigint | undefined,
  read: bigint,
): string {
  const qemu = isNewest(layout) ? '10' : '7.2';
  const kept = symbols === 'full' ? 'debug information' : 'strip -g';
  return `| ${layout} | ${mode} | ${kept} | ${qemu} | ${harts} | ${reported} | ${read} |`;
}
