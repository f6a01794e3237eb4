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
