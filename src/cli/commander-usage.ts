import type { Command, CommanderError, Option } from 'commander';
import { UsageError } from '../errors.js';

/**
 * Redirects commander's printing: `print` gets the text of --help or --version, in one piece or
 * more. commander then throws as it does for an error, but with exit code 0.
 */
export function takePrinting(program: Command, print: (text: string) => void): Command {
  return program
    .configureOutput({ outputError: () => {}, writeErr: () => {}, writeOut: print })
    .exitOverride();
}

/**
 * What commander finds wrong with a command line, as the one sentence that we print of everything:
 * `error: unknown option '--foo'\n(Did you mean --for?)` becomes
 * `unknown option '--foo' (did you mean --for?)`. `command` is that of ours which was given.
 */
export function usageError(error: CommanderError, command: string | undefined): UsageError {
  if (error.code === 'commander.help') {
    return new UsageError('help knows no such command', 'icount-gdb --help shows what there is');
  }
  const [sentence = '', advice] = error.message.replace(/^error: /, '').split('\n', 2);
  const suggested = advice === undefined ? '' : ` ${advice.replace('(Did', '(did')}`;
  return new UsageError(
    `${sentence.replace(/\.$/, '')}${suggested}`,
    command === undefined
      ? 'icount-gdb --help shows what there is'
      : `icount-gdb help ${command} shows what there is`,
  );
}

/** The options that stand on the command line. */
export function givenOptions(command: Command): readonly Option[] {
  return command.options.filter(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
}

/** Refuses poll options before a subcommand, which would ignore them. */
export function refuseOptionsBefore(program: Command): void {
  program.enablePositionalOptions().hook('preSubcommand', (_, command) => {
    const [given] = givenOptions(program);
    if (given?.long === undefined) return;
    const known = command.options.some(({ long }) => long === given.long);
    throw new UsageError(
      known
        ? `${given.long} belongs after ${command.name()}`
        : `${command.name()} takes no ${given.long}`,
      `icount-gdb help ${command.name()} shows what there is`,
    );
  });
}
