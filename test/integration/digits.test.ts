import { expect, test } from 'vitest';
import { startFixed } from '../fixtures/fixed.ts';
import { startHarts } from '../fixtures/harts.ts';
import { type Outcome, startIcount } from '../fixtures/icount.ts';
import { counterAddress } from '../fixtures/inspection.ts';
import { readWord, setVariables, writeWord } from '../fixtures/poke.ts';
import { countLines, readRecords, readSamples, sumOf } from '../fixtures/records.ts';
import { startSpin } from '../fixtures/running.ts';
import { until } from '../fixtures/until.ts';

/** Not a double: 2^53 and its neighbour would both be printed as …992. */
const aboveDouble = 2n ** 53n + 1n;
const end = 2n ** 64n;

/** What the counter is set to, one after the other: above 2^53, above 2^63, close to 2^64 and over it. */
const values = [aboveDouble, 2n * aboveDouble + 1n, end / 2n + 1n, end - 1n, aboveDouble - 5n];
const deltas = values.slice(1).map((value, index) => BigInt.asUintN(64, value - at(index)));

function at(index: number): bigint {
  return values[index] ?? 0n;
}

/** A run in which a counter takes these values, each for some rows. */
async function watchValues(format: string): Promise<Outcome> {
  // It executes nothing more: its counter is what it was set to.
  await using guest = await startFixed();
  await setVariables(guest.pid, { inline_insn_count: at(0) });
  const address = await counterAddress(guest.pid);
  await using run = startIcount([guest.pid, '-f', format, '-i', '20ms']);
  await run.whenWritten('rows', (stdout) => countLines(stdout) > 2);
  for (const value of values.slice(1)) {
    await writeWord(guest.pid, address, value);
    const before = countLines(run.stdout);
    await run.whenWritten('more rows', (stdout) => countLines(stdout) > before + 2);
  }
  return await run.interrupt();
}

test('jsonl has every digit of totals and deltas, up to 2^64 and over it', async () => {
  const { stdout } = await watchValues('jsonl');

  const { samples, gaps, summary } = readRecords(stdout);
  expect(samples[0]).toMatchObject({ insns: 0n, total: at(0) });
  const steps = samples.filter(({ insns }) => insns !== 0n);
  expect(steps.map(({ insns }) => insns)).toEqual(deltas);
  expect(steps.map(({ total }) => total)).toEqual(values.slice(1));
  expect(summary).toMatchObject({ insns: sumOf(deltas), total: at(4) });
  expect(gaps).toEqual([]);
});

test('csv has every digit of totals and deltas, up to 2^64 and over it', async () => {
  const { stdout } = await watchValues('csv');

  expect(stdout).toContain(`,all,0,${at(0)},0.000\n`);
  const steps = [...stdout.matchAll(/,all,(\d+),(\d+),/g)].filter(([, insns]) => insns !== '0');
  expect(steps.map(([, insns]) => insns)).toEqual(deltas.map(String));
  expect(steps.map(([, , total]) => total)).toEqual(values.slice(1).map(String));
});

test('a table has every digit of deltas, and the summary of their sum', async () => {
  const { stdout, stderr } = await watchValues('table');

  const counts = [...stdout.matchAll(/^ *[\d.]+ +([\d,]+) /gm)].map(([, count]) => count);
  expect(counts.filter((count) => count !== '0')).toEqual(deltas.map(grouped));
  expect(stderr).toContain(`${grouped(sumOf(deltas))}  instructions`);
});

test('the lines of bpftrace have every digit of deltas', async () => {
  const { stdout } = await watchValues('bpftrace');

  const counts = [...stdout.matchAll(/ count: (\d+)$/gm)].map(([, count]) => count);
  expect(counts.filter((count) => count !== '0')).toEqual(deltas.map(String));
});

function grouped(count: bigint): string {
  return count.toLocaleString('en-US');
}

test('a counter that wraps around while the guest runs has right deltas', async () => {
  await using guest = await startSpin();
  const address = await counterAddress(guest.pid);
  // Some seconds of work.
  await until('a counter that is set', async () => {
    await setVariables(guest.pid, { inline_insn_count: end - 10_000_000_000n }, 12);
    return (await readWord(guest.pid, address)) > end / 2n;
  });

  await using run = startIcount([guest.pid, '-f', 'jsonl', '-i', '20ms']);
  await run.whenWritten('the baseline', (stdout) => countLines(stdout) > 0);
  // On a machine that does other things as well it may take its time.
  const hasWrapped = async () => (await readWord(guest.pid, address)) < end / 2n;
  await until('a wrap-around', hasWrapped, 100_000);
  const before = countLines(run.stdout);
  await run.whenWritten('what comes after it', (stdout) => countLines(stdout) > before + 1);
  const { samples, gaps, summary } = readRecords((await run.interrupt()).stdout);

  expect(gaps).toEqual([]);
  const first = samples[0];
  if (first === undefined) throw new Error('no sample');
  expect(first.total).toBeGreaterThan(end / 2n);
  const baseline = first.total - first.insns;
  expect(sumOf(samples.map(({ insns }) => insns))).toBe(end - baseline + summary.total);
  for (const { insns } of samples) expect(insns).toBeLessThan(10_000_000_000n);
});

test('the slots of vCPUs have every digit and wrap around each for itself', async () => {
  await using guest = await startHarts('array-with-pc', { inline: false, smp: 4 });
  await setVariables(guest.pid, {
    'counts[1].insn_count': aboveDouble,
    'counts[3].insn_count': end - 1n,
  });
  const address = await counterAddress(guest.pid);

  await using run = startIcount([guest.pid, '-f', 'jsonl', '-i', '20ms']);
  await run.whenWritten('a sample', (stdout) => readSamples(stdout).length > 0);
  await writeWord(guest.pid, address + 3n * 16n, 41n);
  await run.whenWritten('the step', (stdout) => readSamples(stdout).some(({ insns }) => insns > 0));
  const { samples } = readRecords((await run.interrupt()).stdout);

  expect(samples[0]?.vcpus?.map(({ total }) => total)).toMatchObject([
    expect.anything(),
    aboveDouble,
    expect.anything(),
    end - 1n,
  ]);
  const step = samples.find(({ insns }) => insns !== 0n);
  expect(step?.vcpus?.map(({ insns }) => insns)).toEqual([0n, 0n, 0n, 42n]);
  expect(step?.vcpus?.[3]?.total).toBe(41n);
});
