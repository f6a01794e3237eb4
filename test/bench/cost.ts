import { setTimeout as sleep } from 'node:timers/promises';
import { PacedSource } from '../../src/sampler/paced-source.js';
import type { CounterSource } from '../../src/sampler/reading.js';
import { runSampler } from '../../src/sampler/sampler.js';
import { startBenchGuest, systemGuest, userGuest } from './bench-guest.ts';
import { childNamed, peakMemoryMb } from './cpu-time.ts';
import { atMost, type Figures } from './figure.ts';
import { startTool } from './tool.ts';

/** What we take for ourselves: memory, and memory that grows. */
export async function cost(figures: Figures, quick: boolean): Promise<void> {
  for (const guest of quick ? [userGuest()] : [userGuest(), systemGuest()]) {
    await using running = await startBenchGuest(guest);
    await sleep(500);
    for (const interval of ['1s', '10ms', '1ms']) {
      await using tool = startTool(running.pid, ['-i', interval]);
      await tool.whenAttached();
      await sleep(quick ? 2000 : 5000);
      const gdb = childNamed(tool.pid, /gdb/);
      const [node, own] = [peakMemoryMb(tool.pid), peakMemoryMb(gdb)];
      figures.add(`${guest.name}: peak memory of node at ${interval}`, 'MB', [node], atMost(90));
      figures.add(`${guest.name}: peak memory of gdb at ${interval}`, 'MB', [own], atMost(60));
    }
  }
  await growthOverSamples(figures);
}

/** A million samples with a clock and a reader that take no time. */
async function growthOverSamples(figures: Figures): Promise<void> {
  const collect = globalThis.gc;
  if (collect === undefined) {
    figures.skip('memory growth over 1,000,000 samples', 'node runs without --expose-gc');
    return;
  }
  const samples = 1_000_000;
  const intervalNs = 1_000_000;
  let now = 0n;
  let seen = 0;
  let warm = 0;
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 1e6;
  };
  const clock = {
    now: () => now,
    wall: () => new Date(0),
    sleepUntil: async (deadline: bigint) => {
      now = deadline;
    },
  };
  const source: CounterSource = {
    read: async () => ({
      kind: 'reading',
      reading: { counters: [now, 2n * now, 3n * now, 4n * now], takenAt: now, windowNs: 50_000 },
    }),
  };
  await runSampler({
    source: new PacedSource(source, clock, {}),
    clock,
    intervalNs,
    limit: { count: samples },
    perVcpu: true,
    signal: new AbortController().signal,
    onTicks: ({ length }) => {
      seen += length;
      if (seen === samples / 10) warm = heap();
    },
  });
  const grown = heap() - warm;
  figures.add(`heap grown over 1,000,000 samples`, 'MB', [grown], atMost(1));
}
