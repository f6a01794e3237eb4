import { combinedRun, mipsOf, type Summary } from '../../sampler/sample.js';
import { groupDigits, secondsText } from '../../text/figures.js';
import { summaryText } from './summary-text.js';

/** The whole run of one of several guests. */
export interface GuestSummary {
  readonly pid: number;
  readonly vcpuLabel: (index: number) => string;
  readonly summary: Summary;
  /** From when the run began to the guest's baseline. */
  readonly joinedNs: number;
}

/** The runs of several guests for a person, each as if it were the only one, and their sum. */
export function severalText(guests: readonly GuestSummary[]): string {
  const each = guests.map(
    ({ pid, summary, vcpuLabel }) => `\nprocess ${pid}:\n${summaryText(summary, vcpuLabel)}`,
  );
  const sum = guests.length > 1 ? sumText(guests) : '';
  return `${each.join('')}${sum}`;
}

/** All guests together, over the time from the first baseline to the last reading. */
function sumText(guests: readonly GuestSummary[]): string {
  const { insns, elapsedNs } = combinedRun(
    guests.map(({ summary, joinedNs }) => ({
      insns: summary.insns,
      elapsedNs: joinedNs + summary.elapsedNs,
    })),
  );
  const count = groupDigits(insns);
  const seconds = secondsText(elapsedNs);
  const width = Math.max(20, count.length, seconds.length);
  return [
    `\n${guests.length} guests together:\n\n`,
    `${count.padStart(width)}  instructions  # ${mipsOf(insns, elapsedNs).toFixed(2)} MIPS\n`,
    `${seconds.padStart(width)}  seconds\n\n`,
  ].join('');
}
