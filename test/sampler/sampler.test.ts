import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { CounterSource, ReadOutcome } from '../../src/sampler/reading.js';
import type { Baseline } from '../../src/sampler/sampler.js';
import { FakeClock } from './fake-clock.js';
import {
  counters,
  reading,
  run,
  SECOND,
  script,
  steadySource,
  sumDurNs,
  sumInsns,
  summaryOf,
} from './run.js';

const failed = (): ReadOutcome => ({ kind: 'failed', reason: 'gdb is gone' });
const seconds = (count: number) => BigInt(count * SECOND);

test('the baseline is t = 0, and each sample holds what came after the one before', async () => {
  const clock = new FakeClock();
  const baselines: Baseline[] = [];
  const began = clock.now();
  const { samples, result } = await run({
    clock,
    source: script(clock, [counters(1000n), counters(3_001_000n), counters(4_001_000n)]),
    limit: { count: 2 },
    onBaseline: (baseline) => {
      baselines.push(baseline);
    },
  });

  expect(baselines).toEqual([
    { wall: new Date(5000), reading: { counters: [1000n], takenAt: began, windowNs: 0 } },
  ]);
  expect(samples).toEqual([
    {
      kind: 'sample',
      seq: 1,
      wall: new Date(6000),
      takenAt: began + seconds(1),
      elapsedNs: SECOND,
      durNs: SECOND,
      windowNs: 0,
      insns: 3_000_000n,
      total: 3_001_000n,
      mips: 3,
    },
    {
      kind: 'sample',
      seq: 2,
      wall: new Date(7000),
      takenAt: began + seconds(2),
      elapsedNs: 2 * SECOND,
      durNs: SECOND,
      windowNs: 0,
      insns: 1_000_000n,
      total: 4_001_000n,
      mips: 1,
    },
  ]);
  expect(result).toEqual({
    kind: 'finished',
    summary: {
      samples: 2,
      late: 0,
      gaps: 0,
      elapsedNs: 2 * SECOND,
      insns: 4_000_000n,
      mips: 2,
      total: 4_001_000n,
      reason: 'count',
    },
  });
});

test('10,000 ticks do not drift, though each read and each row takes its time', async () => {
  const clock = new FakeClock();
  const began = clock.now();
  const outcome = await run({
    clock,
    source: {
      read: async () => {
        const outcome = reading(clock, [clock.now() / 1000n]);
        clock.advance(123_457n);
        return outcome;
      },
    },
    intervalNs: 1_000_000,
    limit: { count: 10_000 },
  });
  expect(outcome.samples).toHaveLength(10_000);
  expect(outcome.samples.at(-1)?.takenAt).toBe(began + 10_000n * 1_000_000n);
  expect(summaryOf(outcome).late).toBe(0);
});

test('a poller that was stopped for minutes takes one late tick, counts the rest, and goes on', async () => {
  const clock = new FakeClock();
  const began = clock.now();
  clock.plan(began + seconds(2), () => clock.advance(seconds(300.5)));
  const outcome = await run({ clock, source: steadySource(clock), limit: { count: 4 } });

  expect(outcome.samples.map(({ elapsedNs }) => elapsedNs / SECOND)).toEqual([1, 302.5, 303, 304]);
  expect(outcome.samples.map(({ mips }) => mips)).toEqual([1, 1, 1, 1]);
  expect(summaryOf(outcome)).toMatchObject({ samples: 4, late: 300 });
});

test('ticks that pass during a slow read or a slow onTicks are late, each once', async () => {
  const clock = new FakeClock();
  let reads = 0;
  const ticks: number[] = [];
  const outcome = await run({
    clock,
    source: {
      read: async () => {
        reads += 1;
        if (reads === 3) clock.advance(seconds(2.5));
        return reading(clock, [0n]);
      },
    },
    limit: { count: 4 },
    onTicks: (told) => {
      ticks.push(...told.map(({ elapsedNs }) => elapsedNs / SECOND));
      if (ticks.length === 3) clock.advance(seconds(1.5));
    },
  });
  // Points 3 and 4 pass in the read of point 2, point 6 in the row of point 5.
  expect(ticks).toEqual([1, 4.5, 5, 7]);
  expect(summaryOf(outcome).late).toBe(3);
});

test('whatever happens to reads, the samples add up and every point is accounted for', async () => {
  const step = fc.record({
    kind: fc.constantFrom('reading', 'reading', 'failed', 'stopped'),
    insns: fc.array(fc.bigInt({ min: 0n, max: 2n ** 40n }), { minLength: 2, maxLength: 2 }),
    readNs: fc.bigInt({ min: 0n, max: 3_000_000n }),
  });
  const start = fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), {
    minLength: 2,
    maxLength: 2,
  });
  await fc.assert(
    fc.asyncProperty(start, fc.array(step, { minLength: 1 }), async (first, steps) => {
      const clock = new FakeClock();
      const began = clock.now();
      let values = first;
      let executed = 0n;
      let lastRead = 0n;
      const source = script(clock, [
        () => reading(clock, values),
        ...steps.map(({ kind, insns, readNs }) => (): ReadOutcome => {
          clock.advance(readNs);
          values = values.map((value, index) => BigInt.asUintN(64, value + (insns[index] ?? 0n)));
          executed += insns.reduce((total, advance) => total + advance, 0n);
          if (kind === 'failed') return failed();
          if (kind === 'stopped') return { kind, by: 'signal' };
          lastRead = executed;
          return reading(clock, values);
        }),
      ]);
      const limit = { count: steps.length };
      const outcome = await run({ clock, source, limit, intervalNs: 1_000_000, perVcpu: true });
      const { samples, ticks } = outcome;
      const summary = summaryOf(outcome);
      expect(sumInsns(samples)).toBe(lastRead);
      expect(summary.insns).toBe(lastRead);
      expect(sumDurNs(samples)).toBe(samples.at(-1)?.elapsedNs ?? 0);
      expect(summary.elapsedNs).toBe(samples.at(-1)?.elapsedNs ?? 0);
      const lastStepNs = steps.at(-1)?.readNs ?? 0n;
      const points = (clock.now() - lastStepNs - began) / 1_000_000n;
      expect(BigInt(ticks.length + summary.late)).toBe(points);
      for (const { vcpus = [], insns } of samples) {
        expect(vcpus.reduce((total, vcpu) => total + vcpu.insns, 0n)).toBe(insns);
      }
    }),
  );
});

test('on the real clock ticks come in order', async () => {
  const source: CounterSource = {
    read: async () => ({
      kind: 'reading',
      reading: { counters: [1n], takenAt: systemClock.now(), windowNs: 0 },
    }),
  };

  const outcome = await run({
    clock: systemClock,
    source,
    intervalNs: 2_000_000,
    limit: { count: 5 },
  });
  const elapsed = outcome.samples.map(({ elapsedNs }) => elapsedNs);
  expect(elapsed).toHaveLength(5);
  expect(elapsed).toEqual(elapsed.toSorted((a, b) => a - b));
  expect(sumDurNs(outcome.samples)).toBe(elapsed.at(-1));
});

test('one that joins a grid which began before takes the points that are left of it', async () => {
  const clock = new FakeClock();
  const origin = clock.now() - BigInt(2.5 * SECOND);
  const limit = { durationNs: 5 * SECOND };
  const { result, ticks } = await run({ source: steadySource(clock), clock, origin, limit });

  expect(ticks.map(({ elapsedNs }) => elapsedNs / SECOND)).toEqual([0.5, 1.5, 2.5]);
  expect(result).toMatchObject({ summary: { late: 0, samples: 3, reason: 'duration' } });
});

test('a baseline that comes after points of the grid leaves it as many as were asked for', async () => {
  const clock = new FakeClock();
  const origin = clock.now() - BigInt(2.5 * SECOND);
  const { result } = await run({ source: steadySource(clock), clock, origin, limit: { count: 1 } });

  expect(result).toMatchObject({ summary: { late: 0, samples: 1, reason: 'count' } });
});
