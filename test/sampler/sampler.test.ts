import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { CounterSource, ReadOutcome } from '../../src/sampler/reading.js';
import type { EndReason } from '../../src/sampler/sample.js';
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

test('a failed read is a gap, and the next sample covers its time', async () => {
  const clock = new FakeClock();
  const outcome = await run({
    clock,
    source: script(clock, [counters(0n), counters(10n), failed, counters(40n)]),
    limit: { count: 3 },
  });
  expect(outcome.ticks[1]).toEqual({
    kind: 'gap',
    wall: new Date(7000),
    elapsedNs: 2 * SECOND,
    reason: 'gdb is gone',
  });
  expect(outcome.samples.map(({ seq, insns, durNs }) => [seq, insns, durNs])).toEqual([
    [1, 10n, SECOND],
    [2, 30n, 2 * SECOND],
  ]);
  expect(summaryOf(outcome)).toMatchObject({ samples: 2, gaps: 1, insns: 40n });
});

test('a stopped guest gives stopped ticks, which are no gaps', async () => {
  const clock = new FakeClock();
  const outcome = await run({
    clock,
    source: script(clock, [counters(5n), () => ({ kind: 'stopped', by: 'signal' }), counters(6n)]),
    limit: { count: 2 },
  });
  expect(outcome.ticks.map(({ kind }) => kind)).toEqual(['stopped', 'sample']);
  expect(outcome.ticks[1]).toMatchObject({ insns: 1n, durNs: 2 * SECOND });
  expect(summaryOf(outcome).gaps).toBe(0);
});

test('a counter that goes back is a gap, and the sum stays exact', async () => {
  const clock = new FakeClock();
  const outcome = await run({
    clock,
    source: script(clock, [
      counters(100n, 50n),
      counters(200n, 60n),
      counters(300n, 59n),
      counters(400n, 80n),
    ]),
    limit: { count: 3 },
  });
  expect(outcome.ticks[1]).toMatchObject({
    kind: 'gap',
    reason: 'the counter went back (slot 1: from 60 to 59)',
  });
  expect(outcome.samples.map(({ insns }) => insns)).toEqual([110n, 220n]);
  expect(summaryOf(outcome)).toMatchObject({ gaps: 1, insns: 330n, total: 480n });
});

test('counts above 2^53 and around 2^64 are exact', async () => {
  const clock = new FakeClock();
  const outcome = await run({
    clock,
    source: script(clock, [
      counters(2n ** 64n - 2n),
      counters(2n ** 64n - 1n),
      counters(2n ** 60n),
    ]),
    limit: { count: 2 },
  });
  expect(outcome.samples.map(({ insns }) => insns)).toEqual([1n, 2n ** 60n + 1n]);
  expect(summaryOf(outcome).insns).toBe(2n ** 60n + 2n);
});

test('vCPUs are shown as they begin to count, also where slots are added', async () => {
  const clock = new FakeClock();
  const outcome = await run({
    clock,
    source: script(clock, [
      counters(0n, 0n),
      counters(5n, 0n),
      counters(7n, 0n, 9n, 0n),
      counters(8n, 1n, 9n, 0n),
    ]),
    limit: { count: 3 },
    perVcpu: true,
  });
  const shown = outcome.samples.map(({ vcpus = [] }) => vcpus.map(({ insns }) => insns));
  expect(shown).toEqual([[5n], [2n, 0n, 9n], [1n, 1n, 0n]]);
  expect(summaryOf(outcome).vcpus).toEqual([
    { index: 0, insns: 8n, total: 8n },
    { index: 1, insns: 1n, total: 1n },
    { index: 2, insns: 9n, total: 9n },
  ]);
});

test('without counts per vCPU there are none in the samples, nor in the summary', async () => {
  const clock = new FakeClock();
  const outcome = await run({ clock, source: steadySource(clock), limit: { count: 1 } });
  expect(outcome.samples[0]).not.toHaveProperty('vcpus');
  expect(summaryOf(outcome)).not.toHaveProperty('vcpus');
});

test.each(['interrupted', 'command', 'stopped'] satisfies EndReason[])(
  'a stop between two ticks (%s) gives a row for the part of the interval',
  async (reason) => {
    const clock = new FakeClock();
    const stop = new AbortController();
    clock.plan(clock.now() + seconds(2.25), () => stop.abort(reason));
    const outcome = await run({ clock, source: steadySource(clock), signal: stop.signal });
    expect(outcome.samples.map(({ durNs }) => durNs / SECOND)).toEqual([1, 1, 0.25]);
    expect(summaryOf(outcome)).toMatchObject({
      samples: 3,
      late: 0,
      elapsedNs: 2.25 * SECOND,
      reason,
    });
  },
);

test('an abort without a known reason is a stop', async () => {
  const clock = new FakeClock();
  const outcome = await run({ clock, source: steadySource(clock), signal: AbortSignal.abort() });
  expect(summaryOf(outcome).reason).toBe('stopped');
});

test('a stop during a read needs no further read', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const outcome = await run({
    clock,
    signal: stop.signal,
    source: script(clock, [
      counters(0n),
      () => {
        stop.abort('interrupted');
        return reading(clock, [9n]);
      },
    ]),
  });
  expect(summaryOf(outcome)).toMatchObject({ samples: 1, insns: 9n, reason: 'interrupted' });
});

test('a part of an interval does not count as an interval', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  clock.plan(clock.now() + seconds(0.5), () => stop.abort('interrupted'));
  const outcome = await run({
    clock,
    source: steadySource(clock),
    limit: { count: 1 },
    signal: stop.signal,
  });
  expect(summaryOf(outcome).reason).toBe('interrupted');
});

test.each([
  ['a multiple of the interval', 3, [1, 1, 1]],
  ['no multiple of it', 2.5, [1, 1, 0.5]],
  ['less than it', 0.5, [0.5]],
])('a duration that is %s is kept', async (_, duration, durations) => {
  const clock = new FakeClock();
  const outcome = await run({
    clock,
    source: steadySource(clock),
    limit: { durationNs: duration * SECOND },
  });
  expect(outcome.samples.map(({ durNs }) => durNs / SECOND)).toEqual(durations);
  expect(summaryOf(outcome)).toMatchObject({ reason: 'duration', elapsedNs: duration * SECOND });
});

test('of count and duration the first that is reached ends the run', async () => {
  const clock = new FakeClock();
  const source = steadySource(clock);
  const byCount = await run({ clock, source, limit: { count: 1, durationNs: 2 * SECOND } });
  const byDuration = await run({ clock, source, limit: { count: 3, durationNs: 2 * SECOND } });
  expect(summaryOf(byCount).reason).toBe('count');
  expect(summaryOf(byDuration).reason).toBe('duration');
});

test('the end of the guest is no row, and its summary reaches up to the last reading', async () => {
  const clock = new FakeClock();
  const outcome = await run({
    clock,
    source: script(clock, [
      counters(1n),
      counters(3n),
      () => ({ kind: 'ended', end: { kind: 'exited', status: 7 } }),
    ]),
  });
  expect(outcome.ticks).toHaveLength(1);
  expect(summaryOf(outcome)).toMatchObject({
    reason: 'exited',
    end: { kind: 'exited', status: 7 },
    elapsedNs: SECOND,
    insns: 2n,
  });
});

test('an abort on the news of the end does not hide how the guest ended', async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  clock.plan(clock.now() + seconds(0.5), () => stop.abort('stopped'));
  const outcome = await run({
    clock,
    signal: stop.signal,
    source: script(clock, [counters(1n), () => ({ kind: 'ended', end: { kind: 'gone' } })]),
  });
  expect(summaryOf(outcome)).toMatchObject({ reason: 'exited', end: { kind: 'gone' } });
});

test('a source that gives up ends the run with a gap, and says why', async () => {
  const clock = new FakeClock();
  const outcome = await run({
    clock,
    source: script(clock, [counters(1n), counters(3n), () => ({ kind: 'lost', reason: 'no gdb' })]),
  });
  expect(outcome.ticks.map(({ kind }) => kind)).toEqual(['sample', 'gap']);
  expect(outcome.result).toMatchObject({
    kind: 'lost',
    reason: 'no gdb',
    summary: { samples: 1, gaps: 1, insns: 2n, reason: 'stopped' },
  });
});

test.each([
  { kind: 'failed', reason: 'Cannot access memory' },
  { kind: 'lost', reason: 'no gdb' },
  { kind: 'stopped', by: 'signal' },
  { kind: 'ended', end: { kind: 'signalled', signal: 'SIGKILL' } },
] satisfies ReadOutcome[])('without a baseline there is no run ($kind)', async (outcome) => {
  const clock = new FakeClock();
  const { result, ticks } = await run({ clock, source: script(clock, [() => outcome]) });
  expect(result).toEqual({ kind: 'no-baseline', outcome });
  expect(ticks).toEqual([]);
});

test('a row that can not be written ends the run', async () => {
  const clock = new FakeClock();
  const full = new Error('disk full');
  const onTicks = () => Promise.reject(full);
  await expect(run({ clock, source: steadySource(clock), onTicks })).rejects.toBe(full);
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
