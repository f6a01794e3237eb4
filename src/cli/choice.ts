import { Option } from 'commander';
import { UsageError } from '../errors.js';
import { suggestion } from './nearest.js';

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
