/** An axis: values from 0 to `most`, of which some are named. */
export interface Axis {
  readonly most: number;
  readonly unit: string;
  readonly ticks: readonly AxisMark[];
}

/** A mark on an axis, with its text. */
export interface AxisMark {
  readonly value: number;
  readonly text: string;
}

/** Fewer steps than this leave an axis bare, more crowd it. */
const STEPS = { rate: 6, time: 10 } as const;

/** MIPS, rounded up to a whole step. */
export function rateAxis(mostMips: number): Axis {
  const step = roundStep(Math.max(mostMips, 0.001) / STEPS.rate);
  const count = Math.max(1, Math.ceil(mostMips / step - 1e-9));
  return { most: count * step, unit: 'MIPS', ticks: ticks(count, step, 1) };
}

const timeUnits = [
  { unit: 'days', ns: 86_400e9 },
  { unit: 'hours', ns: 3_600e9 },
  { unit: 'minutes', ns: 60e9 },
  { unit: 'seconds', ns: 1e9 },
  { unit: 'milliseconds', ns: 1e6 },
] as const;

/** Time since the baseline, in ns, named in the largest unit of which it has two. */
export function timeAxis(spanNs: number): Axis {
  const { unit, ns } = timeUnits.find((each) => spanNs >= 2 * each.ns) ?? {
    unit: 'milliseconds',
    ns: 1e6,
  };
  const span = Math.max(spanNs / ns, 1e-6);
  const step = roundStep(span / STEPS.time);
  return { most: span * ns, unit, ticks: ticks(Math.floor(span / step + 1e-9), step, ns) };
}

/** The least of 1, 2, 5, 10, … (and their decimal fractions) that is not below `least`. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function ticks(count: number, step: number, scale: number): readonly AxisMark[] {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => ({
    value: index * step * scale,
    text: (index * step).toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ','),
  }));
}
