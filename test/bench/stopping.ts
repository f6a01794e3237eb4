import { setTimeout as sleep } from 'node:timers/promises';
import { type BenchGuest, startBenchGuest, systemGuest, userGuest } from './bench-guest.ts';
import { busyThreads } from './cpu-time.ts';
import { atMost, type Figures } from './figure.ts';
import { hasSymbols, oneShotGdb } from './recipe.ts';
import { StopTrace, stoppedNs, stopsWithin } from './stop-trace.ts';
import { attachTo } from './watched.ts';

const READS = 10_000;

/** For how long the guest is stopped when we come, while we are there, and when we leave. */
export async function stopping(figures: Figures, quick: boolean): Promise<void> {
  const missing = StopTrace.unavailable();
  if (missing !== undefined) {
    figures.skip('time stopped by attach, reads and leave', missing);
    return;
  }
  await stoppingOf(userGuest(), 5, figures, quick);
  await stoppingOf(systemGuest(), 15, figures, quick);
}

async function stoppingOf(
  guest: BenchGuest,
  attachTargetMs: number,
  figures: Figures,
  quick: boolean,
): Promise<void> {
  const rounds = quick ? 5 : 15;
  await using running = await startBenchGuest(guest);
  await sleep(500);
  const { pid } = running;
  const vcpus = busyThreads(pid);
  const attach: number[] = [];
  const ofVcpus: number[] = [];
  const leave: number[] = [];
  const recipe: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    using trace = StopTrace.start(pid);
    const start = process.hrtime.bigint();
    const watched = await attachTo(pid);
    const attached = process.hrtime.bigint();
    await sleep(50);
    const leaving = process.hrtime.bigint();
    await watched.leave();
    const left = process.hrtime.bigint();
    await oneShotGdb(pid);
    const end = process.hrtime.bigint();

    const stops = trace.stops();
    const atAttach = stopsWithin(stops, start, attached);
    if (atAttach.length === 0) throw new Error('the trace shows no stop at attach');
    attach.push(stoppedNs(atAttach, attached) / 1e6);
    const vcpuStops = atAttach.filter(({ tid }) => vcpus.includes(tid));
    ofVcpus.push(stoppedNs(vcpuStops, attached) / 1e6);
    leave.push(stoppedNs(stopsWithin(stops, leaving, left), left) / 1e6);
    const byRecipe = stopsWithin(stops, left, end).filter(({ tid }) => vcpus.includes(tid));
    const recipeNs = stoppedNs(byRecipe, end);
    recipe.push(recipeNs / 1e6);
    ratios.push(stoppedNs(vcpuStops, attached) / recipeNs);
  }
  const { name } = guest;
  figures.add(`${name}: some vCPU stopped at attach`, 'ms', ofVcpus, atMost(attachTargetMs));
  figures.add(`${name}: any thread stopped at attach (RCU's)`, 'ms', attach);
  figures.add(`${name}: any thread stopped at leave`, 'ms', leave, atMost(1));
  figures.add(`${name}: some vCPU stopped by the recipe's gdb -p`, 'ms', recipe);
  figures.add(`${name}: our stop of vCPUs : the recipe's`, 'ratio', ratios, atMost(1 / 20));
  if (!hasSymbols(pid)) {
    figures.skip(
      `${name}: the recipe's gdb -p on a QEMU with symbols`,
      'this QEMU has none; reading them takes the recipe longer still',
    );
  }
  await stopsByReads(pid, guest, figures);
}

async function stopsByReads(pid: number, guest: BenchGuest, figures: Figures): Promise<void> {
  const watched = await attachTo(pid);
  try {
    using trace = StopTrace.start(pid);
    for (let read = 0; read < READS; read += 1) await watched.read();
    const stops = trace.stops();
    figures.add(`${guest.name}: stops in ${READS} reads`, 'count', [stops.length], atMost(0));
  } finally {
    await watched.leave();
  }
}
