import { expect, test, vi } from 'vitest';
import { GuestSeries } from '../../../src/commands/exporter/scraped-series.js';
import type { WatchedGuest } from '../../../src/guest/watched-guest.js';
import type { ReadOutcome } from '../../../src/sampler/reading.js';

/** A guest whose reads come out as they are told to. */
function series(
  read: () => Promise<ReadOutcome>,
  perVcpu = true,
): { readonly series: GuestSeries; readonly caveats: string[] } {
  const caveats: string[] = [];
  const guest = {
    target: { pid: 7, startTicks: 70n },
    command: { name: 'build', architecture: 'riscv64' },
    info: {
      vcpuLabel: (index: number) => `v${index}`,
      lookAtVcpus: async () => [{ kind: 'lossy', text: 'some are lost' }],
    },
    attached: { counters: { perVcpu } },
    read,
  } as unknown as WatchedGuest;
  return { series: new GuestSeries(guest, (text) => caveats.push(text)), caveats };
}

function reading(...counters: readonly bigint[]): ReadOutcome {
  return { kind: 'reading', reading: { counters, takenAt: 0n, windowNs: 5 } };
}

test('vCPUs are there from when they have executed something, and stay', async () => {
  const outcomes = [reading(1n, 0n, 0n), reading(2n, 0n, 3n), reading(2n, 0n, 0n)];
  const { series: one, caveats } = series(async () => outcomes.shift() ?? reading());
  const shown = [];
  for (let scrape = 0; scrape < 3; scrape += 1) {
    shown.push((await one.read()).guest?.counters?.counts.map(({ vcpu }) => vcpu));
  }

  expect(shown).toEqual([['v0'], ['v0', 'v1', 'v2'], ['v0', 'v1', 'v2']]);
  expect(caveats).toEqual(['some are lost']);
});

test('one counter for all has no vCPU', async () => {
  const { series: one } = series(async () => reading(2n ** 63n), false);

  expect((await one.read()).guest?.counters).toEqual({
    counts: [{ vcpu: undefined, total: 2n ** 63n }],
    windowNs: 5,
  });
});

test.each([
  [{ kind: 'failed', reason: 'x' }, true],
  [{ kind: 'lost', reason: 'x' }, true],
  [{ kind: 'stopped', by: 'signal' }, false],
] as const)('%j has no counters; a failure: %s', async (outcome, hasFailed) => {
  const { series: one } = series(async () => outcome);
  const read = await one.read();

  expect(read.guest).toMatchObject({ labels: { pid: 7, name: 'build' }, counters: undefined });
  expect(read.hasFailed).toBe(hasFailed);
});

test('a guest that has ended is in no page, which is no failure', async () => {
  const { series: one } = series(async () => ({ kind: 'ended', end: { kind: 'gone' } }));

  expect(await one.read()).toEqual({ guest: undefined, hasFailed: false });
});

test('a read that takes longer than a second fails, and the next waits for its end', async () => {
  vi.useFakeTimers();
  try {
    const answers: ((outcome: ReadOutcome) => void)[] = [];
    const { series: one } = series(() => new Promise((resolve) => answers.push(resolve)));
    const first = one.read();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await first).toMatchObject({ hasFailed: true, guest: { counters: undefined } });

    const second = one.read();
    await vi.advanceTimersByTimeAsync(10);
    expect(answers).toHaveLength(1);
    answers[0]?.(reading(1n));
    await vi.advanceTimersByTimeAsync(10);
    expect(answers).toHaveLength(2);
    answers[1]?.(reading(2n));
    expect((await second).guest?.counters?.counts).toEqual([{ vcpu: 'v0', total: 2n }]);
  } finally {
    vi.useRealTimers();
  }
});
