import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchGuest, startBenchGuest, systemGuest, userGuest } from './bench-guest.ts';
import { childNamed, cpuTimeNs } from './cpu-time.ts';
import { atLeast, atMost, type Figures, type Target } from './figure.ts';
import { quantile } from './statistics.ts';
import { benchGdb, startTool } from './tool.ts';

/** Who takes the samples, as `--sampler` has it. */
type Way = 'gdb' | 'mi';

interface Pace {
  readonly name: string;
  readonly intervalNs: number;
  /** For samples by gdb: CPU in % of a core, window in µs, lateness in ms, ticks in %. */
  readonly cpu: number;
  readonly window?: number;
  readonly lateness?: number;
  readonly taken?: number;
}

const paces: readonly Pace[] = [
  { name: '1s', intervalNs: 1e9, cpu: 0.3, window: 80 },
  { name: '100ms', intervalNs: 100e6, cpu: 1.2, lateness: 1 },
  { name: '10ms', intervalNs: 10e6, cpu: 3.5, window: 30, lateness: 0.8 },
  { name: '1ms', intervalNs: 1e6, cpu: 7, window: 8, lateness: 0.4, taken: 99.5 },
  { name: '250us', intervalNs: 250e3, cpu: 25, taken: 97 },
];

const SETTLE_MS = 9000;

/** What a sample costs and how good it is, the two ways side by side, at every pace. */
export async function sampling(figures: Figures, quick: boolean): Promise<void> {
  for (const guest of quick ? [userGuest()] : [userGuest(), systemGuest()]) {
    await samplingOf(guest, figures, quick);
  }
}

/** What one run at one pace has shown. */
interface Shown {
  readonly cpu: number;
  readonly windows: readonly number[];
  readonly lateness: number;
  readonly taken: number;
}

async function samplingOf(guest: BenchGuest, figures: Figures, quick: boolean): Promise<void> {
  // Without it a gdb takes no samples by itself.
  const asked = spawnSync(benchGdb, ['-nx', '-batch', '-ex', 'python print(1)']);
  const hasPython = asked.stdout.length > 0;
  await using running = await startBenchGuest(guest);
  await sleep(500);
  const shown = new Map<string, Shown[]>();
  for (let round = 0; round < (quick ? 1 : 3); round += 1) {
    for (const pace of paces) {
      for (const way of waysAt(pace, hasPython)) {
        const key = `${way} ${pace.name}`;
        shown.set(key, [...(shown.get(key) ?? []), await runAt(running.pid, pace, way, quick)]);
      }
    }
  }
  for (const pace of paces) {
    for (const way of waysAt(pace, hasPython)) {
      const runs = shown.get(`${way} ${pace.name}`) ?? [];
      const by = `${guest.name}, by ${way}, at ${pace.name}`;
      const wanted = (value: number | undefined, side: (value: number) => Target) =>
        way === 'mi' || value === undefined ? undefined : side(value);
      const add = (name: string, unit: string, values: readonly number[], target?: Target) =>
        figures.add(`${by}: ${name}`, unit, values, target);
      add('CPU of node and gdb', '%', each(runs, 'cpu'), wanted(pace.cpu, atMost));
      const windows = runs.map((run) => quantile(run.windows, 0.5));
      add('window, median', 'µs', windows, wanted(pace.window, atMost));
      add('lateness, p99', 'ms', each(runs, 'lateness'), wanted(pace.lateness, atMost));
      add('ticks taken', '%', each(runs, 'taken'), wanted(pace.taken, atLeast));
    }
  }
}

async function runAt(pid: number, pace: Pace, way: Way, quick: boolean): Promise<Shown> {
  await using tool = startTool(pid, ['-i', pace.name, '--sampler', way]);
  await tool.whenAttached();
  // What starting leaves behind is not what a sample costs: V8 compiles for some seconds, and then sweeps up once.
  await sleep(SETTLE_MS);
  const gdb = childNamed(tool.pid, /gdb|^ld-/);
  const cpu = (): number => cpuTimeNs(tool.pid) + cpuTimeNs(gdb);
  const [before, from] = [cpu(), process.hrtime.bigint()];
  await sleep(pace.intervalNs < 1e9 || quick ? 2000 : 5000);
  const [after, until] = [cpu(), process.hrtime.bigint()];
  await tool.end();
  const records = await tool.records();
  const samples = records.filter(({ type }) => type === 'sample').slice(1, -1);
  const elapsed = samples.map(({ elapsed_ns }) => Number(elapsed_ns));
  const points = Math.floor((elapsed.at(-1) ?? 0) / pace.intervalNs);
  const missed = points - Math.floor((elapsed[0] ?? 0) / pace.intervalNs) + 1 - samples.length;
  return {
    cpu: (100 * (after - before)) / Number(until - from),
    windows: samples.map(({ window_ns }) => Number(window_ns) / 1e3),
    lateness: quantile(
      elapsed.map((ns) => (ns % pace.intervalNs) / 1e6),
      0.99,
    ),
    taken: (100 * samples.length) / (samples.length + missed),
  };
}

function waysAt({ intervalNs }: Pace, hasPython: boolean): readonly Way[] {
  const ways: Way[] = hasPython ? ['gdb'] : [];
  if (intervalNs >= 1e6) ways.push('mi');
  return ways;
}

function each(runs: readonly Shown[], what: 'cpu' | 'lateness' | 'taken'): readonly number[] {
  return runs.map((run) => run[what]);
}
