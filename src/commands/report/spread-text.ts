import { abridged } from '../../guest/vcpu-labels.js';
import { mipsOf, type VcpuSample } from '../../sampler/sample.js';
import { groupDigits, secondsText } from '../../text/figures.js';

/** What one run of a command came to for one guest. */
export interface CountedRun {
  readonly insns: bigint;
  readonly elapsedNs: number;
  readonly vcpus?: readonly Pick<VcpuSample, 'index' | 'insns'>[];
}

/** A guest, or all of several, with what it did in a run, or in each. */
export interface Counted<T> {
  /** The pid, or `all`; undefined where there is one guest only. */
  readonly label: string | undefined;
  readonly vcpuLabel: (index: number) => string;
  readonly counted: T;
}

const widths = { run: 5, pid: 8, insns: 20, seconds: 12, mips: 12 } as const;

/** The titles above `runText`. */
export function runsHeader(labelled: boolean): string {
  const titles = [
    'run'.padStart(widths.run),
    ...(labelled ? ['pid'.padStart(widths.pid)] : []),
    'instructions'.padStart(widths.insns),
    'seconds'.padStart(widths.seconds),
    'MIPS'.padStart(widths.mips),
  ];
  return `\n${titles.join('')}\n`;
}

/** A row for each guest in one run; a command that failed is worth a word. */
export function runText(
  run: number,
  status: number,
  guests: readonly Counted<CountedRun>[],
): string {
  const rows = guests.map(({ label, counted: { insns, elapsedNs } }) =>
    [
      String(run).padStart(widths.run),
      ...(label === undefined ? [] : [label.padStart(widths.pid)]),
      groupDigits(insns).padStart(widths.insns),
      secondsText(elapsedNs).padStart(widths.seconds),
      mipsOf(insns, elapsedNs).toFixed(2).padStart(widths.mips),
      status === 0 ? '' : `  exit status ${status}`,
    ].join(''),
  );
  return rows.map((row) => `${row}\n`).join('');
}

/** Mean and sample standard deviation over the runs, of all that was counted. */
export function spreadText(guests: readonly Counted<readonly CountedRun[]>[]): string {
  return `${guests.map(spreadOfGuest).join('')}\n`;
}

function spreadOfGuest({
  label,
  counted: runs,
  vcpuLabel,
}: Counted<readonly CountedRun[]>): string {
  const vcpus = Math.max(0, ...runs.map((run) => run.vcpus?.length ?? 0));
  const rows = [
    row(
      runs.map(({ insns }) => Number(insns)),
      whole,
      'instructions',
    ),
    ...Array.from({ length: vcpus }, (_, index) =>
      row(
        runs.map((run) => Number(run.vcpus?.[index]?.insns ?? 0n)),
        whole,
        `on cpu ${abridged(vcpuLabel(index))}`,
      ),
    ),
    row(
      runs.map(({ elapsedNs }) => elapsedNs),
      secondsText,
      'seconds',
    ),
    row(
      runs.map(({ insns, elapsedNs }) => mipsOf(insns, elapsedNs)),
      (value) => value.toFixed(2),
      'MIPS',
    ),
  ];
  const whose =
    label === undefined ? '' : `${label === 'all' ? 'all guests' : `process ${label}`}, `;
  const what =
    runs.length > 1 ? `mean ± standard deviation of ${runs.length} runs:` : 'only one run:';
  const width = Math.max(20, ...rows.map(([mean]) => mean.length));
  const deviationWidth = Math.max(...rows.map(([, deviation]) => deviation.length));
  const lines = rows.map(
    ([mean, deviation, rest]) =>
      `${mean.padStart(width)}${deviation === '' ? '' : ` ± ${deviation.padStart(deviationWidth)}`}  ${rest}\n`,
  );
  return `\n${whose}${what}\n\n${lines.join('')}`;
}

type SpreadRow = readonly [mean: string, deviation: string, rest: string];

function row(values: readonly number[], text: (value: number) => string, what: string): SpreadRow {
  const { mean, deviation } = spreadOf(values);
  if (deviation === undefined) return [text(mean), '', what];
  const share = mean > 0 ? `  # ± ${((deviation / mean) * 100).toFixed(2)} %` : '';
  return [text(mean), text(deviation), `${what}${share}`];
}

function whole(value: number): string {
  return groupDigits(BigInt(Math.round(value)));
}

/** Where values lie. */
export interface Spread {
  readonly mean: number;
  /** The sample standard deviation (n - 1 in the denominator); undefined for one value. */
  readonly deviation: number | undefined;
}

/** Mean and standard deviation of one value or more. */
export function spreadOf(values: readonly number[]): Spread {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count < 2) return { mean, deviation: undefined };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (count - 1)) };
}
