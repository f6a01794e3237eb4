import { expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { startBusyHarts } from '../fixtures/harts.ts';
import { icount } from '../fixtures/icount.ts';
import { readRecords, sumOf } from '../fixtures/records.ts';
import { startSpin } from '../fixtures/running.ts';

/** Two guests that never rest: four vCPUs of different load, and one thread of user mode. */
const guests = [
  { name: 'four vCPUs', start: () => startBusyHarts(4), vcpus: [0, 1, 2, 3] },
  { name: 'one counter', start: () => startSpin(pluginFile('scalar')), vcpus: [] },
] as const;

test.each(guests)(
  'jsonl: deltas add up to the totals, times to the elapsed time, $name',
  async ({ start, vcpus }) => {
    await using guest = await start();

    const run = await icount([guest.pid, '-f', 'jsonl', '-i', '10ms', '-n', 60]);

    const { samples, gaps, summary } = readRecords(run.stdout);
    expect(samples).toHaveLength(60);
    expect(gaps).toEqual([]);
    const [first, last] = [samples[0], samples.at(-1)];
    if (first === undefined || last === undefined) throw new Error('no samples');
    const insns = sumOf(samples.map((sample) => sample.insns));
    expect(insns).toBeGreaterThan(0n);
    expect(insns).toBe(last.total - (first.total - first.insns));
    expect(summary).toMatchObject({ insns, total: last.total, samples: 60 });

    const durNs = samples.reduce((sum, sample) => sum + sample.dur_ns, 0);
    expect(durNs).toBe(last.elapsed_ns);
    expect(summary.elapsed_ns).toBe(last.elapsed_ns);

    for (const vcpu of vcpus) {
      const own = samples.flatMap((sample) => sample.vcpus?.[vcpu] ?? []);
      expect(own).toHaveLength(60);
      const before = (own[0]?.total ?? 0n) - (own[0]?.insns ?? 0n);
      expect(sumOf(own.map((record) => record.insns))).toBe((own.at(-1)?.total ?? 0n) - before);
    }
    for (const sample of samples) {
      expect(sample.vcpus?.map(({ index }) => index) ?? []).toEqual(vcpus);
      if (sample.vcpus !== undefined) {
        expect(sumOf(sample.vcpus.map((record) => record.insns))).toBe(sample.insns);
        expect(sumOf(sample.vcpus.map((record) => record.total))).toBe(sample.total);
      }
      expect(sample.mips).toBeCloseTo((Number(sample.insns) / sample.dur_ns) * 1e3, 2);
    }
  },
);

test.each(guests)(
  'csv: deltas add up to the totals, times to the elapsed time, $name',
  async ({ start, vcpus }) => {
    await using guest = await start();

    const run = await icount([guest.pid, '-f', 'csv', '-i', '10ms', '-n', 60]);

    const rows = run.stdout.trimEnd().split('\n').slice(1).map(readRow);
    const cpus = ['all', ...vcpus.map(String)];
    expect(rows.map((row) => row.cpu)).toEqual(Array.from({ length: 60 }, () => cpus).flat());
    for (const cpu of cpus) {
      const own = rows.filter((row) => row.cpu === cpu);
      const [first, last] = [own[0], own.at(-1)];
      if (first === undefined || last === undefined) throw new Error('no rows');
      expect(own.map((row) => row.seq)).toEqual(Array.from({ length: 60 }, (_, k) => k + 1));
      expect(sumOf(own.map((row) => row.insns))).toBe(last.total - (first.total - first.insns));
      expect(own.reduce((sum, row) => sum + row.durNs, 0)).toBe(last.elapsedNs);
    }
  },
);

test('the counters go on where we left them: nothing is lost between two runs', async () => {
  await using guest = await startBusyHarts(4);

  const totals: bigint[] = [];
  for (let run = 0; run < 3; run += 1) {
    const { stdout } = await icount([guest.pid, '-f', 'jsonl', '-i', '5ms', '-n', 3]);
    const { samples, summary } = readRecords(stdout);
    totals.push((samples[0]?.total ?? 0n) - (samples[0]?.insns ?? 0n), summary.total);
  }
  await guest.monitor('stop');
  totals.push((await guest.end()).total ?? 0n);

  expect(totals).toEqual([...totals].sort((a, b) => (a < b ? -1 : 1)));
});

function readRow(line: string) {
  const [seq, , elapsedNs, durNs, cpu, insns, total] = line.split(',');
  return {
    seq: Number(seq),
    elapsedNs: Number(elapsedNs),
    durNs: Number(durNs),
    cpu,
    insns: BigInt(insns ?? ''),
    total: BigInt(total ?? ''),
  };
}
