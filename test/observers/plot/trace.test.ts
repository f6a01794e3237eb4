import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Trace } from '../../../src/observers/plot/trace.js';

test('a short run is kept as it is', () => {
  const trace = new Trace();
  trace.add(0, 10, 1);
  trace.add(10, 20, 3);
  expect(trace.stretches(860)).toEqual([
    { fromNs: 0, toNs: 10, mips: 1, leastMips: 1, mostMips: 1, coveredNs: 10 },
    { fromNs: 10, toNs: 20, mips: 3, leastMips: 3, mostMips: 3, coveredNs: 10 },
  ]);
});

test('a run of a million samples comes to as many stretches as can be seen', () => {
  const trace = new Trace();
  for (let second = 0; second < 1_000_000; second += 1) {
    trace.add(second * 1e9, (second + 1) * 1e9, second % 10);
  }
  const stretches = trace.stretches(860);
  expect(stretches.length).toBeLessThan(2 * 860);
  expect(stretches.length).toBeGreaterThan(860 / 2);
  for (const { mips, leastMips, mostMips } of stretches) {
    expect(mips).toBeCloseTo(4.5, 1);
    expect([leastMips, mostMips]).toEqual([0, 9]);
  }
});

test('merging keeps the mean, the least and the most, and the time that is covered', () => {
  const samples = fc.array(
    fc.record({
      pauseNs: fc.integer({ min: 0, max: 5 }),
      durNs: fc.integer({ min: 1, max: 100 }),
      mips: fc.integer({ min: 0, max: 1000 }),
    }),
    { minLength: 1, maxLength: 300 },
  );
  fc.assert(
    fc.property(samples, fc.integer({ min: 1, max: 50 }), (all, points) => {
      const trace = new Trace();
      let nowNs = 0;
      for (const { pauseNs, durNs, mips } of all) {
        trace.add(nowNs + pauseNs, nowNs + pauseNs + durNs, mips);
        nowNs += pauseNs + durNs;
      }
      const stretches = trace.stretches(points);
      const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
      expect(sum(stretches.map(({ coveredNs }) => coveredNs))).toBe(
        sum(all.map(({ durNs }) => durNs)),
      );
      expect(sum(stretches.map(({ mips, coveredNs }) => mips * coveredNs))).toBeCloseTo(
        sum(all.map(({ mips, durNs }) => mips * durNs)),
        3,
      );
      const most = Math.max(...all.map(({ mips }) => mips));
      expect(Math.max(...stretches.map(({ mostMips }) => mostMips))).toBe(most);
      expect(stretches.at(-1)?.toNs).toBe(nowNs);
      // Any two neighbours are longer than a point together, gaps counted.
      expect(stretches.length).toBeLessThanOrEqual(2 * points + 2);
    }),
  );
});

test('a gap that can be seen stays, however long the run', () => {
  const trace = new Trace();
  for (let second = 0; second < 50_000; second += 1) {
    if (second < 20_000 || second >= 25_000) trace.add(second * 1e9, (second + 1) * 1e9, 1);
  }
  const stretches = trace.stretches(860);
  const gaps = stretches.filter(({ fromNs }, index) => fromNs > (stretches[index - 1]?.toNs ?? 0));
  expect(gaps.map(({ fromNs }) => fromNs)).toEqual([25_000e9]);
});

test('a gap in every other interval keeps nothing from being merged', () => {
  const trace = new Trace();
  for (let second = 0; second < 100_000; second += 2) {
    trace.add(second * 1e9, (second + 1) * 1e9, 1);
  }
  expect(trace.stretches(860).length).toBeLessThan(2 * 860);
});
