import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchGuest, userGuest } from './bench-guest.ts';
import { atMost, type Figures } from './figure.ts';
import { benchGdb } from './tool.ts';

const main = join(import.meta.dirname, '../../../../dist/cli/main.js');

/** How much of a guest's last work is in no row, by the time of the last one. */
export async function ending(figures: Figures, quick: boolean): Promise<void> {
  for (const [interval, mostMs] of [
    ['1s', 100],
    ['1ms', 1.5],
  ] as const) {
    const short: number[] = [];
    for (let guest = 0; guest < (quick ? 5 : 15); guest += 1) short.push(await shortAt(interval));
    figures.add(`short of a guest's end at ${interval}`, 'ms', short, atMost(mostMs));
  }
}

/** A guest is killed at some moment; the rows have CLOCK_MONOTONIC, as we do. */
async function shortAt(interval: string): Promise<number> {
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
  process.kill(guest.pid, 'SIGKILL');
  await ended;
  const last = /^time: (\d+)/.exec(rows.trimEnd().split('\n').at(-1) ?? '')?.[1];
  if (last === undefined) throw new Error(`no row at the end: ${rows.slice(-200)}`);
  return Number(killedAt - BigInt(last)) / 1e6;
}
