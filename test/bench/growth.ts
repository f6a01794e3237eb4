import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/clock.js';
import { manyVcpus, startBenchGuest } from './bench-guest.ts';
import { atMost, type Figures } from './figure.ts';
import { quantile } from './statistics.ts';
import { StopTrace, stoppedNs, stopsWithin } from './stop-trace.ts';
import { attachTo } from './watched.ts';

/** Busy ones are few: two hundred of them would measure the host's scheduler. */
const SIZES = { idle: [1, 8, 40, 200], busy: [1, 8] } as const;

/** How attach and read grow with the number of vCPUs, which are threads of QEMU. */
export async function growth(figures: Figures, quick: boolean): Promise<void> {
  for (const load of ['idle', 'busy'] as const) {
    const attachMedians: number[] = [];
    const sizes = SIZES[load];
    for (const vcpus of sizes) {
      attachMedians.push(await growthOf(vcpus, load, figures, quick));
    }
    const [small = 0, large = 0] = [attachMedians[0], attachMedians.at(-1)];
    const perThread = (large - small) / ((sizes.at(-1) ?? 1) - sizes[0]);
    figures.add(`attach, for each ${load} vCPU more`, 'ms', [perThread]);
  }
}

/** @returns the median time of an attach in ms */
async function growthOf(
  vcpus: number,
  load: 'busy' | 'idle',
  figures: Figures,
  quick: boolean,
): Promise<number> {
  const rounds = quick ? 3 : 7;
  const guest = manyVcpus(vcpus, load);
  await using running = await startBenchGuest(guest);
  await sleep(1000);
  const { pid } = running;
  const traced = StopTrace.unavailable() === undefined;
  const attach: number[] = [];
  const stop: number[] = [];
  const leave: number[] = [];
  const leaveStop: number[] = [];
  const trips: number[] = [];
  const commands: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    using trace = traced ? StopTrace.start(pid) : undefined;
    let start = 0n;
    const watched = await attachTo(pid, {
      onAttach: () => {
        start = process.hrtime.bigint();
      },
    });
    const attached = process.hrtime.bigint();
    attach.push(Number(attached - start) / 1e6);

    const signal = new AbortController().signal;
    await watched.read();
    const before = watched.commands();
    const reads = 20;
    for (let read = 0; read < reads; read += 1) {
      await systemClock.sleepUntil(systemClock.now() + 1_000_000n, signal);
      const sent = systemClock.now();
      await watched.read();
      trips.push(Number(systemClock.now() - sent) / 1000);
    }
    commands.push((watched.commands() - before) / reads);

    const leaving = process.hrtime.bigint();
    await watched.leave();
    const left = process.hrtime.bigint();
    leave.push(Number(left - leaving) / 1e6);
    const stops = trace?.stops();
    if (stops === undefined) continue;
    stop.push(stoppedNs(stopsWithin(stops, start, attached), attached) / 1e6);
    leaveStop.push(stoppedNs(stopsWithin(stops, leaving, left), left) / 1e6);
  }
  figures.add(`${guest.name}: attach`, 'ms', attach);
  if (traced) figures.add(`${guest.name}: any thread stopped at attach`, 'ms', stop);
  figures.add(`${guest.name}: leave`, 'ms', leave);
  if (traced) figures.add(`${guest.name}: any thread stopped at leave`, 'ms', leaveStop, atMost(1));
  figures.add(`${guest.name}: a read every 1ms`, 'µs', trips);
  figures.add(`${guest.name}: commands for one read`, 'count', commands);
  return quantile(attach, 0.5);
}
