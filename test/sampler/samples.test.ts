import { expect, test } from 'vitest';
import type { ReadOutcome } from '../../src/sampler/reading.js';
import { FakeClock } from './fake-clock.js';
import { counters, run, SECOND, script, steadySource, summaryOf } from './run.js';

const failed = (): ReadOutcome => ({ kind: 'failed', reason: 'gdb is gone' });

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
