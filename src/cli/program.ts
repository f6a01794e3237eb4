import { Command, CommanderError } from 'commander';
import { UsageError } from '../errors.js';
import { formatNames } from '../observers/rows/formats.js';
import { givenOptions, refuseOptionsBefore, takePrinting, usageError } from './commander-usage.js';
import { addCommonOptions } from './common-options.js';
import { fullHelp, styleHelp } from './help.js';
import { DEFAULT_VERBOSITY, type Request, type TakeRequest, textRequest } from './request.js';
import { subcommands } from './subcommands.js';
import { usageHint } from './usage-hint.js';
import { choiceOption, parseCount, parseDuration, parseInterval, parsePid } from './values.js';
import { type GivenFlags, watchRequest } from './watch-request.js';

/**
 * Understands a command line.
 *
 * @throws UsageError
 */
export function parseCommandLine(argv: readonly string[], version: string): Request {
  const { own, command } = splitCommand(argv);
  let request: Request | undefined;
  const program = createProgram(version, command, (taken) => {
    request = taken;
  });
  const subcommand = own.find((word) => program.commands.some((one) => one.name() === word));
  try {
    program.parse(own, { from: 'user' });
  } catch (error) {
    const isCommanders = error instanceof CommanderError;
    // What it has printed was asked for.
    if (!isCommanders || error.exitCode !== 0) {
      throw (
        usageHint(own, program, command) ?? (isCommanders ? usageError(error, subcommand) : error)
      );
    }
  }
  if (command !== undefined && subcommand !== undefined && subcommand === program.args[0]) {
    throw new UsageError(
      `${subcommand} takes no command after --`,
      `icount-gdb help ${subcommand} shows what there is`,
    );
  }
  if (request === undefined) throw new Error('commander knows an option that we do not');
  return request;
}

/** The command line as commander knows it; `command` is what was given after `--`. */
export function createProgram(
  version: string,
  command: readonly string[] | undefined,
  take: TakeRequest,
): Command {
  const program = new Command('icount-gdb');
  let printed = '';
  takePrinting(styleHelp(program), (text) => {
    printed += text;
    take(textRequest(printed));
  })
    .description('Shows live how many guest instructions a running QEMU executes.')
    .version(version, '-V, --version', 'print the version and leave')
    .argument(
      '[pids...]',
      'process ids of QEMUs that run libinsn.so or libbb.so',
      (text, before: readonly number[] = []) => [
        ...before,
        parsePid(
          text,
          program.commands.map((one) => one.name()),
        ),
      ],
    )
    .optionsGroup('What to watch:')
    .option('--all', 'every guest on this host that we may watch', false)
    .option(
      '-i, --interval <duration>',
      '500ms, 1s, 2m; at least 250us (default: 1s; with a command: none)',
      parseInterval,
    )
    .option('-n, --count <n>', 'stop after n intervals', parseCount('--count'))
    .option('-d, --duration <duration>', 'stop after that time', (text) =>
      parseDuration(text, '--duration'),
    )
    .option('--repeat <n>', 'run the command n times', parseCount('--repeat'))
    .optionsGroup('Output:')
    .addOption(
      choiceOption('-f, --format <format>', 'how the data is written', formatNames).default(
        undefined,
        'table',
      ),
    )
    .option('-o, --output <file>', 'write the data there instead of to stdout')
    .option('--append', 'add to the output file rather than empty it', false)
    .option('--live', 'a view that is redrawn in place, on a terminal', false)
    .option('--plot <file>', 'an SVG chart of the whole run');
  addCommonOptions(program).action((pids: readonly number[], given: GivenFlags) => {
    if (pids.length === 0 && !given.all) {
      const bare = command === undefined && givenOptions(program).length === 0;
      take(noPidRequest(bare ? fullHelp(program) : undefined));
    } else {
      take(watchRequest(pids, given, command));
    }
  });
  refuseOptionsBefore(program);
  program.commandsGroup('Commands:');
  for (const add of subcommands) add(program, take);
  return program;
}

/** No guest was named; `help` where nothing at all was said. */
function noPidRequest(help: string | undefined): Request {
  return {
    kind: 'no-pid',
    options: { help },
    verbosity: DEFAULT_VERBOSITY,
    run: async () => await (await import('../commands/no-pid.js')).withoutPid(help),
  };
}

/** A command line, parted where the command of somebody else begins. */
export interface CommandLine {
  readonly own: readonly string[];
  /** Undefined without a `--`; empty with nothing after it. */
  readonly command: readonly string[] | undefined;
}

/** Parts it at the first `--`: what comes after is not ours to understand. */
export function splitCommand(argv: readonly string[]): CommandLine {
  const at = argv.indexOf('--');
  return at < 0
    ? { own: argv, command: undefined }
    : { own: argv.slice(0, at), command: argv.slice(at + 1) };
}
