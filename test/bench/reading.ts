import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/clock.js';
import { MI_PACE } from '../../src/sampler/paced-source.js';
import { type BenchGuest, startBenchGuest, systemGuest, userGuest } from './bench-guest.ts';
import { atMost, type Figures } from './figure.ts';
import { mean } from './statistics.ts';
import { attachTo, lookAt } from './watched.ts';

const warmUpNs = BigInt(MI_PACE.warmUpNs ?? 0);

interface Pace {
  readonly name: string;
  readonly intervalNs: bigint;
  readonly reads: number;
  /** For the round trip, in µs. */
  readonly target: number | undefined;
}

/** What a read takes from Node to gdb and back, and within which window the value was taken. */
export async function reading(figures: Figures, quick: boolean): Promise<void> {
  const paces: readonly Pace[] = [
    { name: '1ms', intervalNs: 1_000_000n, reads: quick ? 500 : 2000, target: 100 },
    { name: '10ms', intervalNs: 10_000_000n, reads: quick ? 100 : 400, target: undefined },
    { name: '100ms', intervalNs: 100_000_000n, reads: quick ? 20 : 60, target: undefined },
    { name: '1s', intervalNs: 1_000_000_000n, reads: quick ? 5 : 15, target: 1000 },
  ];
  for (const guest of [userGuest(), systemGuest()]) {
    await readingOf(guest, paces, figures);
  }
}

async function readingOf(
  guest: BenchGuest,
  paces: readonly Pace[],
  figures: Figures,
): Promise<void> {
  const rounds = 5;
  await using running = await startBenchGuest(guest);
  await sleep(500);
  using onlooker = await lookAt(running.pid);
  const watched = await attachTo(running.pid);
  const roundTrips = paces.map((): number[] => []);
  const windows = paces.map((): number[] => []);
  const floors = paces.map((): number[] => []);
  const signal = new AbortController().signal;
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, pace] of paces.entries()) {
        let due = systemClock.now();
        for (let read = 0; read < pace.reads / rounds; read += 1) {
          due += pace.intervalNs;
          // As the sampler does.
          if (pace.intervalNs > 2n * warmUpNs) {
            await systemClock.sleepUntil(due - warmUpNs, signal);
            await watched.read();
          }
          await systemClock.sleepUntil(due, signal);
          const sent = systemClock.now();
          const { windowNs } = await watched.read();
          roundTrips[index]?.push(Number(systemClock.now() - sent) / 1000);
          windows[index]?.push(windowNs / 1000);
        }
        for (let read = 0; read < pace.reads / rounds / 2; read += 1) {
          due = systemClock.now() + pace.intervalNs;
          await systemClock.sleepUntil(due, signal);
          const sent = systemClock.now();
          await onlooker.read();
          floors[index]?.push(Number(systemClock.now() - sent) / 1000);
        }
      }
    }
  } finally {
    await watched.leave();
  }
  for (const [index, { name, target }] of paces.entries()) {
    const [trips = [], window = [], floor = []] = [
      roundTrips[index],
      windows[index],
      floors[index],
    ];
    const wanted = target === undefined ? undefined : atMost(target);
    figures.add(`${guest.name}: a read every ${name}`, 'µs', trips, wanted);
    figures.add(`${guest.name}: window of a read every ${name}`, 'µs', window, atMost(100));
    figures.add(`${guest.name}: /proc/PID/mem every ${name}`, 'µs', floor);
    figures.add(`${guest.name}: a read in floors, every ${name}`, 'times', [
      mean(trips) / mean(floor),
    ]);
  }
}
