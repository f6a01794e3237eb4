import { UsageError } from '../errors.js';
import { checkInterval } from '../guest/sampler-choice.js';

const NS_PER_UNIT: Readonly<Record<string, number>> = {
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

export const DEFAULT_INTERVAL_NS = 1_000_000_000;
/** Beyond this, nanoseconds are no longer exact in a double: 104 days. */
const MOST_NS = Number.MAX_SAFE_INTEGER;

/**
 * Reads a duration such as `500ms`, `1s`, `1.5s`, `2m`; a bare number is seconds.
 *
 * @returns whole nanoseconds, above 0
 * @throws UsageError
 */
export function parseDuration(text: string, option: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?|\.\d+)\s*(us|ms|s|m|h)?$/.exec(text.trim()) ?? [];
  const perUnit = NS_PER_UNIT[unit ?? 's'];
  if (digits === undefined || perUnit === undefined) {
    throw new UsageError(
      `${option} ${JSON.stringify(text)} is no duration`,
      'write it as 500ms, 1s, 2m or 1h; a bare number is seconds',
    );
  }
  const ns = Math.round(Number(digits) * perUnit);
  if (ns <= 0 || ns > MOST_NS) {
    throw new UsageError(
      `${option} ${text} is out of range`,
      'give more than 0 and less than 100 days',
    );
  }
  return ns;
}

/** @throws UsageError if it is no duration, or shorter than anybody can do with */
export function parseInterval(text: string): number {
  const ns = parseDuration(text, '--interval');
  checkInterval(ns, 'gdb', text);
  return ns;
}
