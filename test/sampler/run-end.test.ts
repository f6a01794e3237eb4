import { expect, test } from 'vitest';
import type { ReadOutcome } from '../../src/sampler/reading.js';
import type { EndReason } from '../../src/sampler/sample.js';
import { FakeClock } from './fake-clock.js';
import { counters, reading, run, SECOND, script, steadySource, summaryOf } from './run.js';

const seconds = (count: number) => BigInt(count * SECOND);

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
