import type { Command, Option } from 'commander';

/** What a shell can offer after an option, or as an argument. */
export type Value =
  | { readonly kind: 'none' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' }
  | { readonly kind: 'pids' }
  /** Something that the user has to know. */
  | { readonly kind: 'other'; readonly name: string };

/** An option as a completion offers it. */
export interface OptionWords {
  /** With its dashes: `-f`. */
  readonly short: string | undefined;
  readonly long: string;
  readonly description: string;
  readonly value: Value;
}

/** The program itself, or a command of it. */
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  readonly argument: Value;
}

/** All that can be completed, from the definition of the command line itself. */
export interface Words {
  readonly program: CommandWords;
  readonly commands: readonly CommandWords[];
}

/** All that can be typed, as commander knows it. */
export function completionWords(program: Command): Words {
  return {
    program: commandWords(program),
    commands: program.commands.map(commandWords),
  };
}

function commandWords(command: Command): CommandWords {
  const options = command.createHelp().visibleOptions(command);
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    description: command.description(),
    options: options.map(optionWords),
    argument:
      argument === undefined
        ? { kind: 'none' }
        : argument.argChoices === undefined
          ? { kind: 'pids' }
          : { kind: 'words', words: argument.argChoices },
  };
}

function optionWords(option: Option): OptionWords {
  return {
    short: option.short,
    long: option.long ?? '',
    description: option.description,
    value: optionValue(option),
  };
}

/** By the placeholder: `--output <file>`. */
function optionValue(option: Option): Value {
  const placeholder = /<(.+)>/.exec(option.flags)?.[1];
  if (placeholder === undefined) return { kind: 'none' };
  if (option.argChoices !== undefined) return { kind: 'words', words: option.argChoices };
  return placeholder === 'file' || placeholder === 'path'
    ? { kind: 'file' }
    : { kind: 'other', name: placeholder };
}
