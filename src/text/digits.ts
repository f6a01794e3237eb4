/** A count with its digits in groups of three: `1,234,567`. */
export function groupDigits(count: bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Seconds with milliseconds, from ns: `12.345`. */
export function secondsText(durationNs: number): string {
  return (durationNs / 1e9).toFixed(3);
}

/** A count with its noun: `1 gap`, `2 gaps`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
