import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type BlockLayout,
  blockLayouts,
  type Layout,
  layoutName,
  layouts,
  pluginFile,
} from '../../fixtures/cache.ts';
import { fixedTotal, startFixed } from '../../fixtures/fixed.ts';
import type { Guest } from '../../fixtures/guest.ts';
import { startHarts } from '../../fixtures/harts.ts';
import { icount } from '../../fixtures/icount.ts';
import { readRecords } from '../../fixtures/records.ts';
import { samplers } from '../samplers.ts';

for (const layout of [...layouts, ...blockLayouts]) {
  const isNewest = layout.endsWith('scoreboard');

  test(`${layout}: vCPUs have what the plugin reports at exit`, async () => {
    // A counter that several vCPUs add to loses counts.
    await using inline = await startHarts(layout, { inline: true, smp: isNewest ? 4 : 1 });
    const smp = layout.endsWith('scalar') ? 1 : 4;
    await using percpu = await startHarts(layout, { inline: false, smp });

    const read = await readAtRest([inline, percpu]);

    const reported = [await inline.end(), await percpu.end()].map(({ total }) => total);
    for (const totals of read) assert.deepEqual(totals, expected(layout, reported));
  });

  // From QEMU 9 on user mode may lack plugins, and those of before do not suit it.
  if (isNewest) continue;

  test(`${layout}: programs in user mode have what they have executed`, async () => {
    await using inline = await startFixed(pluginFile(layout), true);
    await using percpu = await startFixed(pluginFile(layout), false);

    const read = await readAtRest([inline, percpu]);

    for (const totals of read) assert.deepEqual(totals, expected(layout, [fixedTotal, fixedTotal]));
  });
}

interface Found {
  readonly layout: string;
  readonly mode: string;
  readonly total: bigint | undefined;
}

function expected(
  layout: Layout | BlockLayout,
  [inline, percpu]: readonly (bigint | undefined)[],
): readonly Found[] {
  return [
    { layout: layoutName(layout), mode: 'inline', total: inline },
    { layout: layoutName(layout), mode: 'percpu', total: percpu },
  ];
}

/** What is found of guests whose counters stay as they are, by one sampler after the other. */
async function readAtRest(guests: readonly Guest[]): Promise<readonly (readonly Found[])[]> {
  const read: Found[][] = [];
  for (const sampler of samplers) {
    const pids = guests.map(({ pid }) => pid);
    const { status, stdout, stderr } = await icount([
      ...pids,
      ...['--format', 'jsonl', '--interval', '100ms', '--count', 1],
      ...sampler,
    ]);
    assert.equal(status, 0, stderr);
    read.push(pids.map((pid) => found(stdout, pid)));
  }
  return read;
}

/** With several guests each line has its process. */
function found(stdout: string, pid: number): Found {
  const lines = stdout.split('\n').filter((line) => line.includes(`"pid":${pid},`));
  const { start, summary } = readRecords(`${lines.join('\n')}\n`);
  return { layout: start.layout, mode: start.mode, total: summary.total };
}
