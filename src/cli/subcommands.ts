import { Argument, type Command, type Option } from 'commander';
import { type ListFormatName, listFormatNames } from '../commands/options.js';
import { UsageError } from '../errors.js';
import { choiceOption, parseChoice } from './choice.js';
import { addCommonOptions, type CommonFlags, commonOptions } from './common-options.js';
import { completionScript, type ShellName, shellNames } from './completion/completion.js';
import { parsePid } from './pid.js';
import type { Request } from './program.js';

interface InspectFlags extends CommonFlags {
  readonly attach: boolean;
}

interface ListFlags {
  readonly format: ListFormatName;
  readonly quiet: boolean;
}

/** Everything but the poll itself; `take` gets what is asked for. */
export function addCommands(program: Command, take: (request: Request) => void): void {
  refuseOptionsBefore(program);
  program.commandsGroup('Commands:');

  addCommonOptions(
    program
      .command('inspect')
      .description('say what is known of the counters, and read them once')
      .argument('<pid>', 'process id of a QEMU that runs libinsn.so', (text) => parsePid(text))
      .option('--no-attach', 'look at files only, do not touch the process'),
  ).action((pid: number, given: InspectFlags) => {
    take({ kind: 'inspect', options: { ...commonOptions(given), pid, attach: given.attach } });
  });

  program
    .command('list')
    .description('the QEMU processes of this host that have libinsn loaded')
    .addOption(
      choiceOption('-f, --format <format>', 'how they are listed', listFormatNames).default(
        'table',
      ),
    )
    .option('-q, --quiet', 'no notices', false)
    .action(({ format, quiet }: ListFlags) => {
      take({ kind: 'list', options: { format, quiet, verbose: false } });
    });

  addCommonOptions(
    program
      .command('doctor')
      .description('what is needed, what is missing, and the remedy')
      .argument('[pid]', 'a guest that is to be polled', (text) => parsePid(text)),
  ).action((pid: number | undefined, given: CommonFlags) => {
    take({ kind: 'doctor', options: { ...commonOptions(given), pid } });
  });

  program
    .command('completion')
    .description('print a script that completes this command line')
    .addArgument(
      new Argument('<shell>', shellNames.join(', '))
        .choices(shellNames)
        .argParser((text: string) => parseChoice(text, 'shell', shellNames)),
    )
    .action((shell: ShellName) => {
      take({ kind: 'text', text: completionScript(shell, program) });
    });
}

/** The options that stand on the command line. */
export function givenOptions(command: Command): readonly Option[] {
  return command.options.filter(
    (option) => command.getOptionValueSource(option.attributeName()) === 'cli',
  );
}

/** An option of the poll before a command would be taken and forgotten. */
function refuseOptionsBefore(program: Command): void {
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
