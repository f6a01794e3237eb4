import { abridged } from '../../guest/vcpu-labels.js';
import type { Sample, Tick } from '../../sampler/sample.js';
import { groupDigits, secondsText } from '../../text/figures.js';
import { printable } from '../../text/printable.js';
import { missedText } from '../state-text.js';
import type { CreateFormats, FormatOptions } from './format.js';

/** The header comes again before it scrolls off a terminal, as in vmstat. */
type TableOptions = Pick<FormatOptions, 'terminal' | 'colour'>;

/** Wide enough for 999,999,999,999 instructions, and 27 hours of time in ms. */
const leastWidths = { elapsed: 10, insns: 15, mips: 10 } as const;

const screenRows = 24;

const bold = '1';
const yellow = '33';

/**
 * For people: elapsed seconds, guest instructions, MIPS, and the instructions of each vCPU, in
 * columns that appear as vCPUs do. A value that is too wide widens its column for good, and the
 * header comes again rather than rows that don't line up.
 *
 * Several guests have one table: their pids come first, and they share the columns.
 */
export const tableFormats: CreateFormats = (options) =>
  options.labelled
    ? table(options, [pidColumn, ...fixedColumns], (pid) => [String(pid)])
    : table(options, fixedColumns, () => []);

function table(
  options: TableOptions,
  firstColumns: readonly Column[],
  firstCells: (pid: number) => readonly string[],
): ReturnType<CreateFormats> {
  let columns = firstColumns;
  let headerDue = true;
  let rowsSinceHeader = 0;

  const paint = (code: string, text: string) =>
    options.colour ? `\u001b[${code}m${text}\u001b[0m` : text;

  const headed = (row: string): string => {
    const due = headerDue || (options.terminal && rowsSinceHeader === screenRows);
    headerDue = false;
    rowsSinceHeader = due ? 1 : rowsSinceHeader + 1;
    const titles = columns.map(({ title }) => title);
    return due ? `${paint(bold, aligned(columns, titles))}\n${row}\n` : `${row}\n`;
  };

  /** A slot that more vCPUs share than before has more in its name. */
  const titled = (index: number, vcpuLabel: (index: number) => string): Column => {
    const known = columns[index];
    if (index < firstColumns.length && known !== undefined) return known;
    const column = vcpuColumn(vcpuLabel(index - firstColumns.length));
    return known === undefined || column.vcpus.length > known.vcpus.length
      ? { ...column, width: Math.max(column.width, known?.width ?? 0) }
      : known;
  };

  const widenFor = (
    cells: readonly string[],
    vcpuLabel = (index: number) => String(index),
  ): void => {
    const fitted = cells.map((cell, index) => {
      const column = titled(index, vcpuLabel);
      return cell.length > column.width ? { ...column, width: cell.length } : column;
    });
    // A row in words has fewer cells than there are columns.
    const next = [...fitted, ...columns.slice(fitted.length)];
    headerDue ||=
      next.length > columns.length ||
      next.some(
        ({ title, width }, index) =>
          width !== columns[index]?.width || title !== columns[index]?.title,
      );
    columns = next;
  };

  const words = (first: readonly string[], tick: Exclude<Tick, Sample>): string => {
    const cells = [...first, secondsText(tick.elapsedNs)];
    widenFor(cells);
    const text = paint(yellow, printable(missedText(tick)));
    return headed(`${aligned(columns, cells)}${separator}${text}`);
  };

  return (pid) => {
    const first = firstCells(pid);
    let vcpuLabel: (index: number) => string = String;
    return {
      start(info) {
        vcpuLabel = info.vcpuLabel;
        return '';
      },
      sample(sample) {
        const cells = [...first, ...cellsOf(sample)];
        widenFor(cells, vcpuLabel);
        return headed(aligned(columns, cells));
      },
      gap: (gap) => words(first, gap),
      stopped: (tick) => words(first, tick),
      summary: () => '',
    };
  };
}

interface Column {
  readonly title: string;
  /** What its name is in full, if it is of vCPUs. */
  readonly vcpus: string;
  readonly width: number;
}

const separator = '  ';

const pidColumn: Column = { title: 'pid', vcpus: '', width: 7 };

const fixedColumns: readonly Column[] = [
  { title: 'elapsed s', vcpus: '', width: leastWidths.elapsed },
  { title: 'instructions', vcpus: '', width: leastWidths.insns },
  { title: 'MIPS', vcpus: '', width: leastWidths.mips },
];

function vcpuColumn(label: string): Column {
  const title = `cpu${abridged(label)}`;
  return { title, vcpus: label, width: Math.max(leastWidths.insns, title.length) };
}

function cellsOf({ elapsedNs, insns, mips, vcpus = [] }: Sample): readonly string[] {
  return [
    secondsText(elapsedNs),
    groupDigits(insns),
    mips.toFixed(2),
    ...vcpus.map((vcpu) => groupDigits(vcpu.insns)),
  ];
}

function aligned(columns: readonly Column[], cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padStart(columns[index]?.width ?? 0)).join(separator);
}
