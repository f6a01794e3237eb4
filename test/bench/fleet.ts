import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../fixtures/until.ts';
import { idleGuest, type RunningGuest, startBenchGuest } from './bench-guest.ts';
import { cpuTimeNs } from './cpu-time.ts';
import { atMost, type Figures } from './figure.ts';
import { main } from './tool.ts';

/** How all that a fleet costs grows with the number of guests, which are idle. */
export async function fleet(figures: Figures, quick: boolean): Promise<void> {
  for (const size of quick ? [1, 10] : [1, 10, 50, 100]) {
    const guests: RunningGuest[] = [];
    try {
      for (let at = 0; at < size; at += 1) guests.push(await startBenchGuest(idleGuest()));
      const pids = guests.map(({ pid }) => String(pid));
      await exporterCost(pids, figures, quick);
      await rowsCost(pids, figures);
    } finally {
      for (const guest of guests) await guest[Symbol.asyncDispose]();
    }
  }
}

async function exporterCost(
  pids: readonly string[],
  figures: Figures,
  quick: boolean,
): Promise<void> {
  const name = `${pids.length} guests`;
  const begun = performance.now();
  await using exporter = new Process(['exporter', '--listen', '127.0.0.1:0', ...pids]);
  const url = await exporter.url();
  const page = async (): Promise<string> => await (await fetch(url)).text();
  await until('all guests to be up', async () => {
    const ups = (await page()).match(/^icount_guest_up\{.*\} 1$/gm) ?? [];
    return ups.length === pids.length;
  });
  figures.add(`${name}: exporter, start until all are attached`, 's', [
    (performance.now() - begun) / 1e3,
  ]);
  const scrapes: number[] = [];
  for (let scrape = 0; scrape < (quick ? 5 : 15); scrape += 1) {
    // As cold as it is when Prometheus comes by.
    await sleep(300);
    const asked = performance.now();
    await page();
    scrapes.push(performance.now() - asked);
  }
  const target = pids.length === 100 ? atMost(150) : undefined;
  figures.add(`${name}: a scrape`, 'ms', scrapes, target);
  const mine = exporter.family();
  const pss = mine.reduce((sum, pid) => sum + pssMb(pid), 0);
  const each = pss / pids.length;
  // A single one bears all of node.
  const bearable = pids.length === 1 ? undefined : atMost(12);
  figures.add(`${name}: memory (PSS) of node and all gdbs, for each`, 'MB', [each], bearable);
  // Between scrapes it sleeps: what a scrape takes, it takes within a second or two.
  const spent = await cpuShare(mine, 3, async () => void (await page()));
  figures.add(`${name}: CPU at a scrape every 15 s, for each`, '% of a core', [
    (spent * 3) / 15 / pids.length,
  ]);
  const leaving = performance.now();
  await exporter.end();
  figures.add(
    `${name}: SIGTERM until all are left`,
    's',
    [(performance.now() - leaving) / 1e3],
    atMost(1),
  );
}

async function rowsCost(pids: readonly string[], figures: Figures): Promise<void> {
  await using rows = new Process(['-i', '1s', '-q', '-f', 'csv', '-o', '/dev/null', ...pids]);
  // All gdbs are there; what starting leaves behind is not what a row costs (see sampling.ts).
  await until('all gdbs', () => rows.family().length > pids.length, 120_000);
  await sleep(12_000);
  const spent = await cpuShare(rows.family(), 5, async () => {});
  figures.add(
    `${pids.length} guests: CPU at -i 1s, for each`,
    '% of a core',
    [spent / pids.length],
    atMost(0.1),
  );
}

/** What processes take of one core over some seconds, in %. */
async function cpuShare(
  pids: readonly number[],
  seconds: number,
  meanwhile: () => Promise<void>,
): Promise<number> {
  const spent = (): number => pids.reduce((sum, pid) => sum + cpuTimeNs(pid), 0);
  const [before, from] = [spent(), process.hrtime.bigint()];
  await meanwhile();
  await sleep(seconds * 1000 - Number(process.hrtime.bigint() - from) / 1e6);
  return (100 * (spent() - before)) / Number(process.hrtime.bigint() - from);
}

/** Its share of all pages that it has (Documentation/filesystems/proc.rst), in MB of 10^6 bytes. */
function pssMb(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return (Number(/^Pss:\s*(\d+) kB$/m.exec(rollup)?.[1]) * 1024) / 1e6;
}

/** An icount-gdb, with what it has started. */
class Process implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #stderr = '';

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (text) => {
      this.#stderr += text;
    });
    if (this.#child.pid === undefined) throw new Error('node could not be started');
    this.pid = this.#child.pid;
    this.#ended = once(this.#child, 'exit');
  }

  async url(): Promise<string> {
    return await until('the address', () => {
      if (this.#child.exitCode !== null) throw new Error(`icount-gdb: ${this.#stderr}`);
      return /metrics at (\S+)/.exec(this.#stderr)?.[1];
    });
  }

  /** Itself, and all that it has started, and they have. */
  family(): readonly number[] {
    if (this.#child.exitCode !== null) throw new Error(`icount-gdb: ${this.#stderr}`);
    return descendants(this.pid);
  }

  async end(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }
}

function descendants(pid: number): readonly number[] {
  return [pid, ...childrenOf(pid).flatMap(descendants)];
}

/** None of one that has ended meanwhile. */
function childrenOf(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').map(Number);
  } catch {
    return [];
  }
}
