import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { readThreads } from '../../src/proc/threads.js';
import { StopTrace, stopsWithin } from '../bench/stop-trace.ts';
import { pluginFile } from '../fixtures/cache.ts';
import { startGuest } from '../fixtures/guest.ts';
import { startBusyHarts } from '../fixtures/harts.ts';
import { startSpin } from '../fixtures/running.ts';
import { until } from '../fixtures/until.ts';
import { gdbs } from './gdbs.ts';
import { watch } from './watched.ts';

const READS = 3_000;

const noTrace = StopTrace.unavailable();
if (noTrace !== undefined) console.warn(`stops are told by thread states alone: ${noTrace}`);

const busyGuests = [
  { name: 'user mode', start: () => startSpin() },
  { name: 'four busy vCPUs', start: () => startBusyHarts(4) },
];

describe.each(gdbs)('gdb $version ($origin)', ({ command, version }) => {
  test('says its version', async () => {
    await using guest = await startSpin();
    await using watched = await watch(guest.pid, command);

    expect(watched.guest.attachment.gdb.version).toMatch(version);
  });

  test.each(busyGuests)('stops no thread by reading, once attached: $name', async ({ start }) => {
    await using guest = await start();
    await using watched = await watch(guest.pid, command);

    expect(await watched.tracer()).toBeGreaterThan(0);
    const states = await statesWhile(guest.pid, async () => {
      for (let read = 0; read < READS; read += 1) await watched.counters();
    });

    expect(states.filter(isStopped)).toEqual([]);
    expect(states.length).toBeGreaterThan(10);
  });

  test.skipIf(noTrace !== undefined).each(busyGuests)(
    'stops one thread and no vCPU, to attach alone, says the scheduler: $name',
    async ({ start }) => {
      await using guest = await start();
      const vcpus = await busiest(guest.pid);
      using trace = StopTrace.start(guest.pid);
      const before = process.hrtime.bigint();
      await using watched = await watch(guest.pid, command);
      const attached = process.hrtime.bigint();
      for (let read = 0; read < READS; read += 1) await watched.counters();
      const sampled = process.hrtime.bigint();
      await watched.leave();
      const left = process.hrtime.bigint();

      const stops = trace.stops();
      expect(stopsWithin(stops, attached, sampled)).toEqual([]);
      expect(stopsWithin(stops, sampled, left)).toEqual([]);
      // One there is, or the trace is no proof.
      const stopped = new Set(stopsWithin(stops, before, attached).map(({ tid }) => tid));
      expect(stopped.size).toBe(1);
      expect(vcpus.filter((tid) => stopped.has(tid))).toEqual([]);
    },
  );

  test.skipIf(noTrace !== undefined)('stops no thread that begins or ends meanwhile', async () => {
    await using guest = startGuest({
      qemu: 'qemu-riscv64',
      plugin: pluginFile('array'),
      inline: false,
      guest: 'threads',
      args: ['8', '100000'],
    });
    await guest.whenSaid('running');
    await using watched = await watch(guest.pid, command);
    const known = new Set(threadsOf(guest.pid));
    using trace = StopTrace.start(guest.pid);

    const seen = new Set<number>();
    await until('50 new threads', async () => {
      await watched.counters();
      for (const tid of threadsOf(guest.pid)) if (!known.has(tid)) seen.add(tid);
      return seen.size >= 50;
    });

    expect(trace.stops()).toEqual([]);
  });

  test('leaves a guest as it was', async () => {
    await using guest = await startBusyHarts(4);
    await using watched = await watch(guest.pid, command);
    await watched.leave();

    const threads = readThreads(guest.pid);
    expect(threads.map(({ tracerPid }) => tracerPid)).toEqual(threads.map(() => 0));
    expect(threads.map(({ state }) => state).filter(isStopped)).toEqual([]);
    await using again = await watch(guest.pid, command);
    const [first = 0n] = await again.counters();
    await until('the guest counts on', async () => ((await again.counters())[0] ?? 0n) > first);
  });

  test('that is killed leaves the guest running, and is replaced', async () => {
    await using guest = await startBusyHarts(4);
    await using watched = await watch(guest.pid, command);
    const tracer = await watched.tracer();
    await watched.counters();

    process.kill(tracer ?? 0, 'SIGKILL');

    await until('another gdb', async () => ![undefined, tracer].includes(await watched.tracer()));
    await watched.whenRead('reading');
    const threads = readThreads(guest.pid);
    expect(threads.map(({ state }) => state).filter(isStopped)).toEqual([]);
    expect(watched.notices).toEqual([expect.stringContaining('attached again with a new gdb')]);
  });
});

function threadsOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`).map(Number);
}

/** The threads that have run for a while: the vCPUs. */
async function busiest(pid: number): Promise<readonly number[]> {
  return await until('a vCPU to run', () => {
    const busy = threadsOf(pid).filter((tid) => ranMs(pid, tid) > 50);
    return busy.length > 0 && busy;
  });
}

/** See the kernel's Documentation/scheduler/sched-stats. */
function ranMs(pid: number, tid: number): number {
  return Number.parseInt(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8'), 10) / 1e6;
}

function isStopped(state: string): boolean {
  return state === 't' || state === 'T';
}

/** The states of all threads, as often as they can be looked at while `work` is done. */
async function statesWhile(pid: number, work: () => Promise<void>): Promise<readonly string[]> {
  const states: string[] = [];
  let done = false;
  const working = work().finally(() => {
    done = true;
  });
  while (!done) {
    for (const { state } of readThreads(pid)) states.push(state);
    await nextTurn();
  }
  await working;
  return states;
}
