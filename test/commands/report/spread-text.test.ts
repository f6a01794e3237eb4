import { expect, test } from 'vitest';
import {
  runsHeader,
  runText,
  spreadOf,
  spreadText,
} from '../../../src/commands/report/spread-text.js';
import { combinedRun } from '../../../src/sampler/sample.js';

const run = (insns: bigint, elapsedNs: number) => ({
  insns,
  elapsedNs,
  vcpus: [
    { index: 0, insns: insns / 4n },
    { index: 1, insns: insns - insns / 4n },
  ],
});

test('every run has a row, and one that failed says so', () => {
  const counted = run(1_234_567n, 1.5e9);
  const guest = { label: undefined, vcpuLabel: String, counted };
  expect(runsHeader(false) + runText(1, 0, [guest]) + runText(2, 3, [guest])).toBe(
    [
      '',
      '  run        instructions     seconds        MIPS',
      '    1           1,234,567       1.500        0.82',
      '    2           1,234,567       1.500        0.82  exit status 3',
      '',
    ].join('\n'),
  );
});

test('the mean has its standard deviation, of vCPUs too', () => {
  const counted = [run(1_000_000n, 1e9), run(2_000_000n, 2e9), run(3_000_000n, 3e9)];
  expect(spreadText([{ label: undefined, vcpuLabel: String, counted }])).toBe(
    [
      '',
      'mean ± standard deviation of 3 runs:',
      '',
      '           2,000,000 ± 1,000,000  instructions  # ± 50.00 %',
      '             500,000 ±   250,000  on cpu 0  # ± 50.00 %',
      '           1,500,000 ±   750,000  on cpu 1  # ± 50.00 %',
      '               2.000 ±     1.000  seconds  # ± 50.00 %',
      '                1.00 ±      0.00  MIPS  # ± 0.00 %',
      '',
      '',
    ].join('\n'),
  );
});

test('a single run has no deviation', () => {
  const text = spreadText([{ label: '12', vcpuLabel: String, counted: [run(5n, 1e9)] }]);
  expect(text).toContain('process 12, only one run:');
  expect(text).not.toContain('±');
});

test('guests together took as long as the longest', () => {
  expect(combinedRun([run(5n, 1e9), run(6n, 2e9)])).toEqual({ insns: 11n, elapsedNs: 2e9 });
});

test.each([
  { values: [7], mean: 7, deviation: undefined },
  { values: [1, 3], mean: 2, deviation: Math.SQRT2 },
  { values: [2, 4, 4, 4, 5, 5, 7, 9], mean: 5, deviation: Math.sqrt(32 / 7) },
  { values: [0, 0, 0], mean: 0, deviation: 0 },
])('$values have mean $mean and sample standard deviation $deviation', (expected) => {
  const { mean, deviation } = spreadOf(expected.values);
  expect(mean).toBeCloseTo(expected.mean, 12);
  if (expected.deviation === undefined) expect(deviation).toBeUndefined();
  else expect(deviation).toBeCloseTo(expected.deviation, 12);
});
