import type { Figure } from './figure.ts';

const WIDTHS = [62, 7, 10, 10, 10, 14] as const;

/** The head of the table; its rows are printed as they come. */
export function tableHead(): string {
  return row(['figure', 'unit', 'min', 'median', 'max', 'target', '']);
}

export function tableRow(figure: Figure): string {
  const { name, unit, min, median, max, target, met } = figure;
  const wanted =
    target === undefined ? '' : `${target.kind === 'at least' ? '≥' : '≤'} ${target.value}`;
  const verdict = met === undefined ? '' : met ? 'met' : 'MISSED';
  return row([name, unit, shown(min), shown(median), shown(max), wanted, verdict]);
}

function row([name = '', ...rest]: readonly string[]): string {
  const cells = rest.map((cell, index) =>
    index === 0 ? cell.padEnd(WIDTHS[1]) : cell.padStart(WIDTHS[index + 1] ?? 0),
  );
  return `${name.padEnd(WIDTHS[0])} ${cells.join(' ')}`.trimEnd();
}

function shown(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Number.isInteger(value)) return value.toString();
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 3 : 5);
}
