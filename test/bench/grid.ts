import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchGuest, userGuest } from './bench-guest.ts';
import { atLeast, atMost, type Figures } from './figure.ts';
import { quantile } from './statistics.ts';
import { startTool } from './tool.ts';

/** How late the command's reads are against its grid, and how many of its ticks it takes. */
export async function grid(figures: Figures, quick: boolean): Promise<void> {
  const rounds = 5;
  const paces = [
    { name: '100ms', intervalNs: 100e6, ticks: quick ? 5 : 20 },
    { name: '10ms', intervalNs: 10e6, ticks: quick ? 50 : 200 },
    { name: '1ms', intervalNs: 1e6, ticks: quick ? 500 : 5000 },
  ];
  await using running = await startBenchGuest(userGuest());
  await sleep(500);
  const lateness = paces.map((): number[][] => []);
  const taken = paces.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { name, intervalNs, ticks }] of paces.entries()) {
      await using tool = startTool(running.pid, ['-i', name, '-n', String(ticks)]);
      const records = await tool.records();
      const samples = records.filter(({ type }) => type === 'sample');
      lateness[index]?.push(
        samples.map(({ elapsed_ns }) => (Number(elapsed_ns) % intervalNs) / 1e6),
      );
      const late = Number(records.at(-1)?.['late']);
      taken[index]?.push((100 * ticks) / (ticks + late));
    }
  }
  for (const [index, { name, intervalNs }] of paces.entries()) {
    const values = lateness[index] ?? [];
    const medians = values.map((list) => quantile(list, 0.5));
    const highs = values.map((list) => quantile(list, 0.99));
    figures.add(`a tick's lateness at ${name}, median`, 'ms', medians);
    const wanted = intervalNs >= 10e6 ? atMost(2) : undefined;
    figures.add(`a tick's lateness at ${name}, p99`, 'ms', highs, wanted);
    figures.add(`ticks taken at ${name}`, '%', taken[index] ?? [], atLeast(95));
  }
}
