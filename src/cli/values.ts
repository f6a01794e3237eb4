import { Option } from 'commander';
import { UsageError } from '../errors.js';
import { checkInterval } from '../guest/sampler-choice.js';
import { nearestWord, suggestion } from './nearest.js';

const NS_PER_UNIT: Readonly<Record<string, number>> = {
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Of a poll: 1 s. */
export const DEFAULT_INTERVAL_NS = 1_000_000_000;
/** Beyond this, nanoseconds are no longer exact in a double: 104 days. */
const MAX_NS = Number.MAX_SAFE_INTEGER;

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
  if (ns <= 0 || ns > MAX_NS) {
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

/**
 * An option whose value is one of a few words; a mistyped one is answered with the nearest.
 *
 * Commander's own answer to a wrong choice is a sentence of other words than ours.
 */
export function choiceOption(
  flags: string,
  description: string,
  choices: readonly string[],
): Option {
  const option = new Option(flags, description).choices(choices);
  return option.argParser((text: string) => parseChoice(text, option.name(), choices));
}

/** @throws UsageError for a word that is none of the choices */
export function parseChoice(text: string, what: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text;
  throw new UsageError(
    `unknown ${what} ${JSON.stringify(text)}${suggestion(text, choices)}`,
    `choose one of ${choices.join(', ')}`,
  );
}

/** Linux has no pid above 2^22 (proc(5), pid_max); what fits an int gets a fair answer. */
const MAX_PID = 2 ** 31 - 1;

/**
 * A process id; for a word that is near to one of `commands`, that command is suggested.
 *
 * @throws UsageError
 */
export function parsePid(text: string, commands: readonly string[] = []): number {
  const pid = Number(text);
  if (/^\d+$/.test(text) && pid >= 1 && pid <= MAX_PID) return pid;
  const command = nearestWord(text, commands);
  if (command !== undefined) {
    throw new UsageError(
      `unknown command ${JSON.stringify(text)} (did you mean ${command}?)`,
      'icount-gdb --help shows what there is',
    );
  }
  throw new UsageError(
    `${JSON.stringify(text)} is no process id`,
    'icount-gdb list shows the guests of this host',
  );
}

/** Reads how often, for that option. @throws UsageError */
export function parseCount(option: string): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!/^\d+$/.test(text) || count < 1 || !Number.isSafeInteger(count)) {
      throw new UsageError(`${option} ${JSON.stringify(text)} is no whole number above 0`);
    }
    return count;
  };
}
