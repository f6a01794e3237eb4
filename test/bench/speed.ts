import { readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchGuest, startBenchGuest, systemGuest, userGuest } from './bench-guest.ts';
import { cpuTimeNs } from './cpu-time.ts';
import { atLeast, type Figures, type Target } from './figure.ts';
import { bpftraceUnavailable, startBpftrace } from './recipe.ts';
import { mean } from './statistics.ts';
import { startTool } from './tool.ts';
import { lookAt, type Onlooker } from './watched.ts';

/** How fast a guest ran for a while. */
interface Speed {
  readonly perSecond: number;
  readonly perCpuSecond: number;
}

/** Something that watches a guest, or does not, while its speed is taken. */
interface Watcher {
  readonly name: string;
  readonly target: Target | undefined;
  start(pid: number): Promise<AsyncDisposable>;
}

const polls: readonly Watcher[] = [
  ['1s', 0.99] as const,
  ['100ms', 0.99] as const,
  ['10ms', 0.98] as const,
  ['1ms', 0.95] as const,
].map(([interval, target]) => ({
  name: `polled every ${interval}`,
  target: atLeast(target),
  start: async (pid) => {
    const tool = startTool(pid, ['-i', interval]);
    await tool.whenAttached();
    return tool;
  },
}));

/** How far two slices of time differ by themselves: the noise that the other ratios have in them. */
const nobody: Watcher = {
  name: 'watched by nobody',
  target: undefined,
  start: async () => ({ [Symbol.asyncDispose]: async () => {} }),
};

/** What the guest is left of its speed, by us and by the recipe. */
export async function speed(figures: Figures, quick: boolean): Promise<void> {
  for (const guest of [userGuest(), systemGuest()]) {
    await speedOf(guest, figures, quick);
  }
}

async function speedOf(guest: BenchGuest, figures: Figures, quick: boolean): Promise<void> {
  const rounds = quick ? 3 : 9;
  const sliceMs = quick ? 500 : 1100;
  await using running = await startBenchGuest(guest);
  await sleep(500);
  using onlooker = await lookAt(running.pid);
  const missing = bpftraceUnavailable(readlinkSync(`/proc/${running.pid}/exe`));
  const watchers = [...polls, nobody, ...(missing === undefined ? [recipe(onlooker)] : [])];
  if (missing !== undefined) figures.skip(`the recipe's bpftrace: ${guest.name}`, missing);

  // Unwatched, watched, unwatched, watched …: each is compared with its two neighbours.
  const ratios = watchers.map((): Speed[] => []);
  for (let round = 0; round < rounds; round += 1) {
    let before = await speedFor(running.pid, onlooker, sliceMs);
    for (const [index, watcher] of watchers.entries()) {
      const watched = await watchedSpeed(running.pid, onlooker, sliceMs, watcher);
      const after = await speedFor(running.pid, onlooker, sliceMs);
      ratios[index]?.push({
        perSecond: watched.perSecond / mean([before.perSecond, after.perSecond]),
        perCpuSecond: watched.perCpuSecond / mean([before.perCpuSecond, after.perCpuSecond]),
      });
      before = after;
    }
  }

  for (const [index, watcher] of watchers.entries()) {
    const own = ratios[index] ?? [];
    const perSecond = own.map((ratio) => ratio.perSecond);
    const perCpuSecond = own.map((ratio) => ratio.perCpuSecond);
    figures.add(`${guest.name}, ${watcher.name}: insns/s`, 'ratio', perSecond, watcher.target);
    figures.add(
      `${guest.name}, ${watcher.name}: insns/CPU s`,
      'ratio',
      perCpuSecond,
      watcher.target,
    );
  }
  if (missing !== undefined) return;
  // At the recipe's own interval.
  const [ours = [], theirs = []] = [ratios[0], ratios.at(-1)];
  const advantage = ours.map(({ perSecond }, round) => perSecond / (theirs[round]?.perSecond ?? 1));
  const atLeastTimes = guest.inline ? 2.5 : 0.98;
  figures.add(`${guest.name}, we at 1s : the recipe`, 'ratio', advantage, atLeast(atLeastTimes));
}

function recipe(onlooker: Onlooker): Watcher {
  return {
    name: "the recipe's uprobe",
    target: undefined,
    start: (pid) => startBpftrace(pid, onlooker.address),
  };
}

async function watchedSpeed(
  pid: number,
  onlooker: Onlooker,
  sliceMs: number,
  watcher: Watcher,
): Promise<Speed> {
  await using _watching = await watcher.start(pid);
  return await speedFor(pid, onlooker, sliceMs);
}

async function speedFor(pid: number, onlooker: Onlooker, sliceMs: number): Promise<Speed> {
  const start = await moment(pid, onlooker);
  await sleep(sliceMs);
  const end = await moment(pid, onlooker);
  const insns = Number(end.insns - start.insns);
  return {
    perSecond: insns / (Number(end.at - start.at) / 1e9),
    perCpuSecond: insns / ((end.cpuNs - start.cpuNs) / 1e9),
  };
}

async function moment(pid: number, onlooker: Onlooker) {
  return { insns: await onlooker.total(), at: process.hrtime.bigint(), cpuNs: cpuTimeNs(pid) };
}
