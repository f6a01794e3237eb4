import type { MonotonicNs } from '../clock.js';

/** The counters as they were at one moment. */
export interface Reading {
  /** Absolute values, in guest instructions: one per vCPU (or shared slot), or one in all. */
  readonly counters: readonly bigint[];
  /** When they were taken: the middle of the window in which gdb answered. */
  readonly takenAt: MonotonicNs;
  /** Length of that window in ns: by how much `takenAt` can be wrong, twice over. */
  readonly windowNs: number;
}

/** How the watched process went away. */
export type GuestEnd =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'exec' }
  | { readonly kind: 'gone' };

/** By a stop signal (SIGSTOP, SIGTSTP), or by the freezer of its cgroup. */
export type StopCause = 'signal' | 'freezer';

/** What came of one attempt to read the counters. Only a reading has numbers. */
export type ReadOutcome =
  | { readonly kind: 'reading'; readonly reading: Reading }
  /** No value this time; sampling goes on. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** The guest executes nothing: its owner has it so. */
  | { readonly kind: 'stopped'; readonly by: StopCause }
  | { readonly kind: 'ended'; readonly end: GuestEnd }
  /** The guest runs on, but there is no way to read it any more. */
  | { readonly kind: 'lost'; readonly reason: string };

/** Reads the counters when it is asked to. */
export interface CounterSource {
  read(): Promise<ReadOutcome>;
}

/**
 * How many slots to show: up to the highest that has ever counted, and one at least. There are
 * more slots than vCPUs (a scoreboard has 16 at least), and a vCPU that has executed nothing yet
 * can't be told from a slot without one.
 */
export function shownVcpus(shownBefore: number, counters: readonly bigint[]): number {
  const highest = counters.findLastIndex((counter) => counter !== 0n);
  return Math.max(1, shownBefore, highest + 1);
}

/** The instructions of all counters together. */
export function totalOf(counters: readonly bigint[]): bigint {
  return counters.reduce((total, counter) => total + counter, 0n);
}
