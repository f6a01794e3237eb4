import { abridged } from '../../guest/vcpu-labels.js';
import { guestEndText } from '../../observers/state-text.js';
import { mipsOf, type Summary } from '../../sampler/sample.js';
import { counted, groupDigits, secondsText } from '../../text/figures.js';

/**
 * The whole run for a person, in the manner of `perf stat`: counts to the left, what they are to
 * the right, and how it ended.
 */
export function summaryText(summary: Summary, vcpuLabel: (index: number) => string): string {
  const { insns, elapsedNs, mips, vcpus = [] } = summary;
  const lines = [
    [groupDigits(insns), `instructions  # ${mips.toFixed(2)} MIPS`],
    ...vcpus.map((vcpu) => [
      groupDigits(vcpu.insns),
      `on cpu ${abridged(vcpuLabel(vcpu.index))}  # ${mipsOf(vcpu.insns, elapsedNs).toFixed(2)} MIPS`,
    ]),
    [secondsText(elapsedNs), `seconds${ticksText(summary)}`],
  ];
  const width = Math.max(20, ...lines.map(([left = '']) => left.length));
  const rows = lines.map(([left = '', right]) => `${left.padStart(width)}  ${right}\n`);
  return `\n${rows.join('')}\n${endText(summary)}\n`;
}

function ticksText({ samples, late, gaps, reason }: Summary): string {
  // A command without intervals: its one sample is the run.
  if (reason === 'command' && samples === 1 && late + gaps === 0) return '';
  const parts = [
    ...(samples > 0 ? [counted(samples, 'sample')] : []),
    ...(late > 0 ? [counted(late, 'late tick')] : []),
    ...(gaps > 0 ? [counted(gaps, 'gap')] : []),
  ];
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}

function endText({ reason, end }: Summary): string {
  switch (reason) {
    case 'count':
      return 'ended: the number of intervals was reached';
    case 'duration':
      return 'ended: the time was up';
    case 'interrupted':
      return 'ended: interrupted';
    case 'exited':
      return `ended: ${end === undefined ? 'the guest is gone' : guestEndText(end)}`;
    case 'command':
      return 'ended: the command finished';
    case 'closed':
      return 'ended: nobody reads the output any more';
    case 'stopped':
      return 'ended: sampling was stopped';
    default:
      return reason satisfies never;
  }
}
