import { expect, test } from 'vitest';
import { LiveCounts } from '../../../src/observers/live/counts.js';
import { gap, info, sample, stopped, vcpu } from '../rows/events.js';

function counts(...pids: readonly number[]): LiveCounts {
  const live = new LiveCounts(1e9);
  for (const pid of pids) live.start({ ...info, pid });
  return live;
}

test('a sample gives the rate now, and its place in the past', () => {
  const live = counts(1);
  live.tick(1, sample(1, 1, 1, 2_000_000n, 2n));
  live.tick(1, sample(2, 2, 1, 4_000_000n, 6n));
  expect(live.state()).toMatchObject({
    nowMips: 4,
    elapsedNs: 2e9,
    history: [2, 4],
    totals: { insns: 6_000_000n, elapsedNs: 2e9, leastMips: 2, mostMips: 4, gaps: 0 },
  });
});

test.each([
  { tick: gap(2, 'gdb is gone'), trouble: 'no value: gdb is gone', gaps: 1 },
  { tick: stopped(2), trouble: 'the guest is stopped', gaps: 0 },
])('without a value there is no rate now: $trouble', ({ tick, trouble, gaps }) => {
  const live = counts(1);
  live.tick(1, sample(1, 1, 1, 2_000_000n, 2n, [vcpu(0, 2_000_000n, 2n)]));
  live.tick(1, tick);
  expect(live.state()).toMatchObject({
    nowMips: undefined,
    trouble,
    history: [2, undefined],
    parts: [{ label: 'cpu 0', mips: undefined }],
    totals: { leastMips: 2, mostMips: 2, gaps },
  });
});

test('vCPUs are the parts of one guest', () => {
  const live = counts(1);
  live.tick(1, sample(1, 1, 1, 3_000_000n, 3n, [vcpu(0, 1_000_000n, 1n), vcpu(1, 2_000_000n, 2n)]));
  expect(live.state().parts).toEqual([
    { label: 'cpu 0', mips: 1 },
    { label: 'cpu 1', mips: 2 },
  ]);
});

test('several guests are parts, and what they say of one interval is added up', () => {
  const live = counts(1, 2);
  live.tick(2, sample(1, 1.25, 1, 2_000_000n, 2n));
  live.tick(1, sample(1, 0.75, 1, 1_000_000n, 1n));
  live.tick(1, sample(2, 2, 1, 1_000_000n, 2n));
  const state = live.state();
  expect(state.history).toEqual([3, 1]);
  expect(state.totals).toMatchObject({ leastMips: 3, mostMips: 3, insns: 4_000_000n });
  expect(state.parts).toEqual([
    { label: '1', mips: 1 },
    { label: '2', mips: 2 },
  ]);
});

test('a guest that ended is waited for no longer', () => {
  const live = counts(1, 2);
  live.end(2, 'the guest is gone');
  live.tick(1, sample(1, 1, 1, 1_000_000n, 1n));
  const state = live.state();
  expect(state.totals.mostMips).toBe(1);
  expect(state.parts[1]).toEqual({ label: '2', mips: undefined, state: 'the guest is gone' });
});

test('after a reset the totals begin again, and the past stays', () => {
  const live = counts(1);
  live.tick(1, sample(1, 1, 1, 2_000_000n, 2n));
  live.tick(1, gap(2, 'gdb is gone'));
  live.reset();
  expect(live.state().totals).toEqual({
    insns: 0n,
    elapsedNs: 0,
    leastMips: undefined,
    mostMips: undefined,
    gaps: 0,
  });
  live.tick(1, sample(2, 4, 2, 8_000_000n, 10n));
  expect(live.state()).toMatchObject({
    history: [2, undefined, 4],
    totals: { insns: 8_000_000n, elapsedNs: 2e9, leastMips: 4, mostMips: 4 },
  });
});

test('a long run keeps no more of its past than a screen can show', () => {
  const live = counts(1);
  for (let second = 1; second <= 5000; second += 1) {
    live.tick(1, sample(second, second, 1, 1_000_000n, 1n));
  }
  expect(live.state().history.length).toBe(1024);
});

test('a guest that comes later has its place on the time of the run', () => {
  const live = counts(1);
  live.tick(1, sample(1, 1, 1, 1_000_000n, 1n));
  live.start({ ...info, pid: 2, joinedNs: 1_500_000_000 });
  live.tick(1, sample(2, 2, 1, 1_000_000n, 2n));
  live.tick(2, sample(1, 0.5, 0.5, 1_000_000n, 1n));

  expect(live.state()).toMatchObject({
    elapsedNs: 2e9,
    history: [1, 3],
    totals: { insns: 3_000_000n },
    parts: [{ label: '1' }, { label: '2' }],
  });
});

test('those that have ended are shown until another one comes, and count on', () => {
  const live = counts(1, 2);
  live.tick(1, sample(1, 1, 1, 1_000_000n, 1n));
  live.tick(2, sample(1, 1, 1, 1_000_000n, 1n));
  live.end(2, 'the guest is gone');
  expect(live.state().parts).toHaveLength(2);
  live.start({ ...info, pid: 2, joinedNs: 5e9 });
  live.start({ ...info, pid: 3, joinedNs: 5e9 });

  expect(live.state().parts.map(({ label }) => label)).toEqual(['1', '2', '3']);
  expect(live.state().totals.insns).toBe(2_000_000n);
  expect(live.state().parts[1]?.state).toBeUndefined();
});
