import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchGuest, userGuest } from './bench-guest.ts';
import { atMost, type Figures } from './figure.ts';
import { statisticsOf } from './statistics.ts';
import { benchGdb, main } from './tool.ts';

/** What the rows' last one should reach up to the end by, in ms. */
const paces: readonly (readonly [interval: string, mostShortMs: number | undefined])[] = [
  ['1s', 100],
  ['100ms', undefined],
  ['1ms', 1.5],
  ['250us', undefined],
];

/**
 * How much of a guest's last work is in no row, by the time of the last one; and how much later than
 * unwatched its parent learns of its end.
 */
export async function ending(figures: Figures, quick: boolean): Promise<void> {
  const rounds = quick ? 5 : 20;
  const unwatched: number[] = [];
  const ends = new Map(paces.map(([interval]) => [interval, [] as End[]]));
  for (let round = 0; round < rounds; round += 1) {
    unwatched.push(await endUnwatched());
    for (const [interval] of paces) ends.get(interval)?.push(await endAt(interval));
  }
  const usual = statisticsOf(unwatched).median;
  for (const [interval, mostShortMs] of paces) {
    const seen = ends.get(interval) ?? [];
    const target = mostShortMs === undefined ? undefined : atMost(mostShortMs);
    const short = seen.map(({ shortMs }) => shortMs);
    figures.add(`short of a guest's end at ${interval}`, 'ms', short, target);
    const later = seen.map(({ toldMs }) => toldMs - usual);
    figures.add(`its parent learns of it later by, at ${interval}`, 'ms', later, atMost(10));
  }
  const spread = unwatched.map((told) => told - usual);
  figures.add('its parent learns of it later by, unwatched', 'ms', spread);
}

interface End {
  readonly shortMs: number;
  /** From the kill until we, its parent, are told. */
  readonly toldMs: number;
}

async function endUnwatched(): Promise<number> {
  await using guest = await startBenchGuest(userGuest());
  await sleep(200 + 500 * Math.random());
  return await kill(guest);
}

/** The rows have CLOCK_MONOTONIC, as we do. */
async function endAt(interval: string): Promise<End> {
  await using guest = await startBenchGuest(userGuest());
  const args = [String(guest.pid), '-q', '-i', interval, '-f', 'bpftrace', '--gdb', benchGdb];
  const tool = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(tool, 'close');
  let rows = '';
  tool.stdout.on('data', (text) => {
    rows += text;
  });
  await once(tool.stdout, 'data');
  await sleep(200 + 1000 * Math.random());
  const killedAt = process.hrtime.bigint();
  const toldMs = await kill(guest);
  await ended;
  const last = /^time: (\d+)/.exec(rows.trimEnd().split('\n').at(-1) ?? '')?.[1];
  if (last === undefined) throw new Error(`no row at the end: ${rows.slice(-200)}`);
  return { shortMs: Number(killedAt - BigInt(last)) / 1e6, toldMs };
}

/** How long it takes until we are told that it has ended, in ms. */
async function kill(guest: { readonly pid: number; readonly ended: Promise<unknown> }) {
  const killedAt = performance.now();
  process.kill(guest.pid, 'SIGKILL');
  await guest.ended;
  return performance.now() - killedAt;
}
