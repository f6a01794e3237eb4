import type { MonotonicNs } from '../clock.js';
import type { GuestEnd, StopCause } from './reading.js';

/** One vCPU's part of a sample. */
export interface VcpuSample {
  /** QEMU's `cpu_index`, or the slot's where vCPUs share one. */
  readonly index: number;
  /** Guest instructions executed since the sample before. */
  readonly insns: bigint;
  /** The counter's absolute value. */
  readonly total: bigint;
}

/** The difference between two readings. */
export interface Sample {
  readonly kind: 'sample';
  /** Counts samples from 1. */
  readonly seq: number;
  readonly wall: Date;
  readonly takenAt: MonotonicNs;
  /** From the baseline to this reading. */
  readonly elapsedNs: number;
  /** From the reading before to this one; the sum over a run is the last `elapsedNs`. */
  readonly durNs: number;
  /** How long the reading took: its time is from somewhere within. */
  readonly windowNs: number;
  /** Guest instructions executed in `durNs`. */
  readonly insns: bigint;
  /** Absolute value of the counter, or the sum of the vCPUs'. */
  readonly total: bigint;
  /** Millions of guest instructions a second, over the measured `durNs`. */
  readonly mips: number;
  /** Present where the layout counts per vCPU. Grows as vCPUs begin to run. */
  readonly vcpus?: readonly VcpuSample[];
}

/** A tick without a value: the next sample covers its time too. */
export interface Gap {
  readonly kind: 'gap';
  readonly wall: Date;
  readonly elapsedNs: number;
  readonly reason: string;
}

/** A tick at which the guest was stopped by its owner. The next sample covers its time too. */
export interface StoppedTick {
  readonly kind: 'stopped';
  readonly by: StopCause;
  readonly wall: Date;
  readonly elapsedNs: number;
}

/** What there is to tell of one point of the grid. */
export type Tick = Sample | Gap | StoppedTick;

/** Why sampling ended, as the summary names it. */
export type EndReason =
  | 'count'
  | 'duration'
  | 'interrupted'
  | 'exited'
  | 'command'
  /** Nobody looks at the output any more. */
  | 'closed'
  | 'stopped';

/** The whole run. */
export interface Summary {
  readonly samples: number;
  /** Grid ticks that passed before they could be taken. */
  readonly late: number;
  readonly gaps: number;
  /** From the baseline to the last reading. */
  readonly elapsedNs: number;
  readonly insns: bigint;
  readonly mips: number;
  readonly total: bigint;
  readonly vcpus?: readonly VcpuSample[];
  readonly reason: EndReason;
  /** Present when `reason` is `exited`. */
  readonly end?: GuestEnd;
}

/** Millions of guest instructions a second, over a measured time; 0 over no time. */
export function mipsOf(insns: bigint, durNs: number): number {
  return durNs > 0 ? (Number(insns) / durNs) * 1000 : 0;
}

/** Several runs at the same time as one: their sum, over the time of the longest. */
export function combinedRun(
  runs: readonly Pick<Summary, 'insns' | 'elapsedNs'>[],
): Pick<Summary, 'insns' | 'elapsedNs'> {
  return {
    insns: runs.reduce((sum, { insns }) => sum + insns, 0n),
    elapsedNs: Math.max(0, ...runs.map(({ elapsedNs }) => elapsedNs)),
  };
}
