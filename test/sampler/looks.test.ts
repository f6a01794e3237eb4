import { expect, test } from 'vitest';
import type { CounterSource, ReadOutcome } from '../../src/sampler/reading.js';
import { FakeClock } from './fake-clock.js';
import { reading, run, SECOND, steadySource, summaryOf } from './run.js';

const LOOK = SECOND / 10;

/** One instruction per µs, up to a moment from which on it says something else. */
function sourceUntil(clock: FakeClock, until: bigint, outcome: ReadOutcome): CounterSource {
  return {
    read: async () => (clock.now() < until ? reading(clock, [clock.now() / 1000n]) : outcome),
  };
}

test('looks between two points of the grid give no rows', async () => {
  const clock = new FakeClock();
  const began = clock.now();
  const source = sourceUntil(clock, began + BigInt(60 * SECOND), { kind: 'stopped', by: 'signal' });
  const result = await run({ clock, source, lookNs: LOOK, limit: { count: 3 } });

  expect(result.samples.map(({ elapsedNs }) => elapsedNs)).toEqual(
    [1, 2, 3].map((s) => s * SECOND),
  );
  expect(summaryOf(result)).toMatchObject({ samples: 3, late: 0, gaps: 0 });
});

test('when the guest ends, the last look becomes the last row', async () => {
  const clock = new FakeClock();
  const ending = clock.now() + BigInt(2.75 * SECOND);
  const over = new AbortController();
  clock.plan(ending, () => over.abort('stopped'));
  const source = sourceUntil(clock, ending, { kind: 'ended', end: { kind: 'exited', status: 0 } });
  const result = await run({ clock, source, lookNs: LOOK, signal: over.signal });

  expect(result.samples.map(({ durNs }) => durNs)).toEqual([SECOND, SECOND, 0.7 * SECOND]);
  expect(summaryOf(result)).toMatchObject({
    samples: 3,
    elapsedNs: 2.7 * SECOND,
    insns: 2_700_000n,
    reason: 'exited',
  });
});

test('the same when the counters are lost, with a gap behind it', async () => {
  const clock = new FakeClock();
  const ending = clock.now() + BigInt(1.25 * SECOND);
  const source = sourceUntil(clock, ending, { kind: 'lost', reason: 'gdb failed' });
  const result = await run({ clock, source, lookNs: LOOK });

  expect(result.ticks.map(({ kind }) => kind)).toEqual(['sample', 'sample', 'gap']);
  expect(summaryOf(result).elapsedNs).toBe(1.2 * SECOND);
});

test('an end just after a row adds no row', async () => {
  const clock = new FakeClock();
  const ending = clock.now() + BigInt(SECOND) + 1n;
  const over = new AbortController();
  clock.plan(ending, () => over.abort('stopped'));
  const source = sourceUntil(clock, ending, { kind: 'ended', end: { kind: 'gone' } });
  const result = await run({ clock, source, lookNs: LOOK, signal: over.signal });

  expect(result.samples.map(({ durNs }) => durNs)).toEqual([SECOND]);
});

test.each([
  { interval: 10, reads: [0, 8.5, 10, 18.5, 20] },
  { interval: 3, reads: [0, 3, 6] },
])('before a point of the grid there is a look, if it is long since the last read', async (at) => {
  const clock = new FakeClock();
  const began = clock.now();
  const readsMs: number[] = [];
  const source: CounterSource = {
    read: async () => {
      readsMs.push(Number(clock.now() - began) / 1e6);
      return reading(clock, [clock.now()]);
    },
  };
  const intervalNs = at.interval * 1e6;
  const result = await run({ clock, source, intervalNs, warmUpNs: 1.5e6, limit: { count: 2 } });

  expect(readsMs).toEqual(at.reads);
  expect(summaryOf(result)).toMatchObject({ samples: 2, late: 0, gaps: 0 });
});

test('a point of the grid that passes in a look is read as soon as that is over', async () => {
  const clock = new FakeClock();
  const source: CounterSource = {
    read: async () => {
      const taken = reading(clock, [clock.now()]);
      clock.advance(2_000_000n);
      return taken;
    },
  };
  const result = await run({
    clock,
    source,
    intervalNs: SECOND / 100,
    warmUpNs: 1.5e6,
    limit: { count: 3 },
  });

  expect(result.samples.map(({ elapsedNs }) => elapsedNs / 1e6)).toEqual([10.5, 20.5, 30.5]);
  expect(summaryOf(result).late).toBe(0);
});

/** Between any two looks at it a machine that has other things to do lets a little time pass. */
class BusyClock extends FakeClock {
  override now(): bigint {
    this.advance(100_000n);
    return super.now();
  }
}

test('a point of the grid that passes while we look at the clock does not end the run', async () => {
  const clock = new BusyClock();
  const source = steadySource(clock);
  const result = await run({
    clock,
    source,
    intervalNs: SECOND / 100,
    // A look that leaves less than a look at the clock to the point.
    warmUpNs: 150_000,
    limit: { count: 100 },
  });

  expect(summaryOf(result)).toMatchObject({ samples: 100, reason: 'count' });
});
