import type { Command, Option } from 'commander';
import { UsageError } from '../errors.js';

/** The options that stand on the command line. */
export function givenOptions(command: Command): readonly Option[] {
  return command.options.filter(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
}

/** An option of the poll before a command would be taken and forgotten. */
export function refuseOptionsBefore(program: Command): void {
  program.enablePositionalOptions().hook('preSubcommand', (_, command) => {
    const [given] = givenOptions(program);
    if (given?.long === undefined) return;
    const known = command.options.some(({ long }) => long === given.long);
    throw new UsageError(
      known
        ? `${given.long} belongs after ${command.name()}`
        : `${command.name()} takes no ${given.long}`,
      `icount-gdb help ${command.name()} shows its options`,
    );
  });
}
