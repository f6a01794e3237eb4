import { type Delta, difference } from './delta.js';
import { type GuestEnd, type Reading, shownVcpus, totalOf } from './reading.js';
import {
  type EndReason,
  type Gap,
  mipsOf,
  type Sample,
  type Summary,
  type VcpuSample,
} from './sample.js';

/**
 * Turns the readings of a run into samples and adds them up. Holds the baseline's time, the last
 * good reading and one sum per counter: the same memory after a million samples.
 */
export class Tally {
  readonly #perVcpu: boolean;
  readonly #baseline: Reading;
  #last: Reading;
  #shown: number;
  #samples = 0;
  #gaps = 0;
  /** Guest instructions since the baseline, per counter. */
  readonly #insns: bigint[];

  constructor(baseline: Reading, perVcpu: boolean) {
    this.#perVcpu = perVcpu;
    this.#baseline = baseline;
    this.#last = baseline;
    this.#shown = shownVcpus(0, baseline.counters);
    this.#insns = baseline.counters.map(() => 0n);
  }

  /**
   * The sample from the last good reading to this one. After a fall it is a gap, and the last good
   * reading stays what the next one is compared with, so that the sum over the run is exact.
   */
  add(reading: Reading, wall: Date): Sample | Gap {
    const delta = difference(this.#last.counters, reading.counters);
    const elapsedNs = Number(reading.takenAt - this.#baseline.takenAt);
    if (delta.kind === 'fell') return this.gap(fallText(delta), wall, elapsedNs);

    for (const [index, insns] of delta.insns.entries()) {
      this.#insns[index] = (this.#insns[index] ?? 0n) + insns;
    }
    const insns = totalOf(delta.insns);
    const durNs = Number(reading.takenAt - this.#last.takenAt);
    this.#shown = shownVcpus(this.#shown, reading.counters);
    this.#last = reading;
    this.#samples += 1;
    return {
      kind: 'sample',
      seq: this.#samples,
      wall,
      takenAt: reading.takenAt,
      elapsedNs,
      durNs,
      windowNs: reading.windowNs,
      insns,
      total: totalOf(reading.counters),
      mips: mipsOf(insns, durNs),
      ...this.#vcpus(delta.insns),
    };
  }

  gap(reason: string, wall: Date, elapsedNs: number): Gap {
    this.#gaps += 1;
    return { kind: 'gap', wall, elapsedNs, reason };
  }

  summary(reason: EndReason, late: number, end?: GuestEnd): Summary {
    const insns = totalOf(this.#insns);
    const elapsedNs = Number(this.#last.takenAt - this.#baseline.takenAt);
    return {
      samples: this.#samples,
      late,
      gaps: this.#gaps,
      elapsedNs,
      insns,
      mips: mipsOf(insns, elapsedNs),
      total: totalOf(this.#last.counters),
      ...this.#vcpus(this.#insns),
      reason,
      ...(end === undefined ? {} : { end }),
    };
  }

  #vcpus(insns: readonly bigint[]): { vcpus?: readonly VcpuSample[] } {
    if (!this.#perVcpu) return {};
    const totals = this.#last.counters.slice(0, this.#shown);
    return {
      vcpus: totals.map((total, index) => ({ index, insns: insns[index] ?? 0n, total })),
    };
  }
}

function fallText({ index, before, after }: Extract<Delta, { kind: 'fell' }>): string {
  return `the counter went back (slot ${index}: from ${before} to ${after ?? 'nothing'})`;
}
