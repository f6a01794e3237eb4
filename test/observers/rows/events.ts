import type { RunInfo } from '../../../src/observers/observer.js';
import { type Format, type FormatOptions, formatTick } from '../../../src/observers/rows/format.js';
import type { Sample, Summary, Tick, VcpuSample } from '../../../src/sampler/sample.js';

export const MAX = 2n ** 64n - 1n;

export const info: RunInfo = {
  wall: new Date('2026-11-23T12:00:00.000Z'),
  pid: 4711,
  qemu: '/usr/bin/qemu-system-riscv64',
  plugin: '/opt/plugins/libinsn.so',
  pluginKind: 'insn',
  layout: 'scoreboard',
  mode: 'inline',
  gdb: '13.1',
  sampler: 'gdb',
  intervalNs: 1_000_000_000,
  joinedNs: 0,
  vcpuLabel: String,
  lookAtVcpus: async () => [],
};

const began = 123_456_789_012_345n;

/** A sample that ends `second` seconds after the baseline, `durS` long. */
export function sample(
  seq: number,
  second: number,
  durS: number,
  insns: bigint,
  total: bigint,
  vcpus?: readonly VcpuSample[],
): Sample {
  return {
    kind: 'sample',
    seq,
    wall: wallAt(second),
    takenAt: began + BigInt(second * 1e9),
    elapsedNs: second * 1e9,
    durNs: durS * 1e9,
    windowNs: 4_321,
    insns,
    total,
    mips: Number(insns) / (durS * 1e6),
    ...(vcpus === undefined ? {} : { vcpus }),
  };
}

export function vcpu(index: number, insns: bigint, total: bigint): VcpuSample {
  return { index, insns, total };
}

export function gap(second: number, reason: string): Tick {
  return { kind: 'gap', wall: wallAt(second), elapsedNs: second * 1e9, reason };
}

export function stopped(second: number): Tick {
  return { kind: 'stopped', by: 'signal', wall: wallAt(second), elapsedNs: second * 1e9 };
}

/** All counts in one: ordinary values, nothing, a gap, a stopped guest, and very large ones. */
export const inlineTicks: readonly Tick[] = [
  sample(1, 1, 1, 123_456_789n, 123_456_789n),
  sample(2, 2.000_000_123, 1.000_000_123, 0n, 123_456_789n),
  gap(3, "gdb did not answer within 2 s: \u001b[31m'quoted'\n"),
  sample(3, 4, 1.999_999_877, 99_999_999_999n, 100_123_456_788n),
  stopped(5),
  sample(4, 6, 2, 2n ** 53n + 1n, 2n ** 53n + 100_123_456_789n),
  sample(5, 6.5, 0.5, MAX, MAX),
  sample(6, 7.5, 1, 7n, 6n),
];

const inlineInsns = 123_456_789n + 99_999_999_999n + 2n ** 53n + 1n + MAX + 7n;

export const inlineSummary: Summary = {
  samples: 6,
  late: 1,
  gaps: 1,
  elapsedNs: 7_500_000_000,
  insns: inlineInsns,
  mips: Number(inlineInsns) / 7.5e6,
  total: 6n,
  reason: 'exited',
  end: { kind: 'signalled', signal: 'SIGSEGV' },
};

/** vCPUs begin to count one after another. */
export const percpuTicks: readonly Tick[] = [
  sample(1, 1, 1, 1_000_000n, 1_000_000n, [vcpu(0, 1_000_000n, 1_000_000n)]),
  sample(2, 2, 1, 3_000_001n, 4_000_001n, [
    vcpu(0, 1_000_000n, 2_000_000n),
    vcpu(1, 2_000_001n, 2_000_001n),
  ]),
  gap(3, 'the counter went back (slot 1: from 2000001 to 2000000)'),
  sample(3, 4, 2, 5n, 4_000_006n, [
    vcpu(0, 0n, 2_000_000n),
    vcpu(1, 2n, 2_000_003n),
    vcpu(2, 0n, 0n),
    vcpu(3, 3n, 3n),
  ]),
  stopped(5),
  sample(4, 6, 2, MAX, MAX + 4_000_006n, [
    vcpu(0, 1n, 2_000_001n),
    vcpu(1, MAX - 1n, MAX),
    vcpu(2, 0n, 0n),
    vcpu(3, 0n, 3n),
  ]),
  sample(5, 7, 1, 4n, 10n, [vcpu(0, 1n, 1n), vcpu(1, 1n, 2n), vcpu(2, 1n, 3n), vcpu(3, 1n, 4n)]),
];

const percpuInsns = 1_000_000n + 3_000_001n + 5n + MAX + 4n;

export const percpuSummary: Summary = {
  samples: 5,
  late: 0,
  gaps: 1,
  elapsedNs: 7_000_000_000,
  insns: percpuInsns,
  mips: Number(percpuInsns) / 7e6,
  total: 10n,
  vcpus: [
    vcpu(0, 2_000_002n, 1n),
    vcpu(1, 2_000_001n + 2n + (MAX - 1n) + 1n, 2n),
    vcpu(2, 1n, 3n),
    vcpu(3, 4n, 4n),
  ],
  reason: 'count',
};

/** Rows of one guest in a file. */
export const plain: FormatOptions = {
  terminal: false,
  colour: false,
  continued: false,
  labelled: false,
};

/** What a format prints of a whole run. */
export function printed(
  format: Format,
  run: RunInfo,
  ticks: readonly Tick[],
  summary: Summary,
): string {
  return [
    format.start(run),
    ...ticks.map((tick) => formatTick(format, tick)),
    format.summary(summary),
  ].join('');
}

function wallAt(second: number): Date {
  return new Date(info.wall.getTime() + Math.floor(second * 1000));
}
