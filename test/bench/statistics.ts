/** What several measurements of one thing come to. */
export interface Statistics {
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly count: number;
}

export function statisticsOf(values: readonly number[]): Statistics {
  return {
    min: quantile(values, 0),
    median: quantile(values, 0.5),
    max: quantile(values, 1),
    count: values.length,
  };
}

/** By linear interpolation between the nearest ranks; NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = share * (sorted.length - 1);
  const below = sorted[Math.floor(rank)];
  const above = sorted[Math.ceil(rank)];
  if (below === undefined || above === undefined) return Number.NaN;
  return below + (above - below) * (rank - Math.floor(rank));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
