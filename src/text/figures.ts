/** Seconds with milliseconds, from ns: `12.345`. */
export function secondsText(durationNs: number): string {
  return (durationNs / 1e9).toFixed(3);
}

/** As a clock has it, from ns: `0:07`, `12:07`, `1:02:03`. */
export function clockText(ns: number): string {
  const seconds = Math.floor(ns / 1e9);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (count: number): string => String(count).padStart(2, '0');
  const tail = `${hours > 0 ? two(minutes) : minutes}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** The two largest units, from ns: `42s`, `3m07s`, `2h05m`, `12d03h`. */
export function uptimeText(uptimeNs: number): string {
  const seconds = Math.floor(uptimeNs / 1e9);
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit));
  const two = (count: number): string => String(count).padStart(2, '0');
  if (days) return `${days}d${two((hours ?? 0) % 24)}h`;
  if (hours) return `${hours}h${two((minutes ?? 0) % 60)}m`;
  if (minutes) return `${minutes}m${two(seconds % 60)}s`;
  return `${seconds}s`;
}

/** A count with its digits in groups of three: `1,234,567`. */
export function groupDigits(count: bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A count with its noun: `1 gap`, `2 gaps`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
