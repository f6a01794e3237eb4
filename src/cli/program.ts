import { Command, CommanderError } from 'commander';
import type {
  BracketOptions,
  DoctorOptions,
  InspectOptions,
  ListOptions,
  PollOptions,
} from '../commands/options.js';
import { UsageError } from '../errors.js';
import { formatNames } from '../observers/rows/formats.js';
import { choiceOption } from './choice.js';
import { takePrinting } from './commander-usage.js';
import { addCommonOptions, type CommonFlags, commonOptions } from './common-options.js';
import { parseDuration, parseInterval } from './duration.js';
import { fullHelp, styleHelp } from './help.js';
import { parsePid } from './pid.js';
import { splitCommand } from './split-command.js';
import { addCommands, givenOptions } from './subcommands.js';
import { type GivenFlags, watchRequest } from './watch-request.js';

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'poll'; readonly options: PollOptions }
  | { readonly kind: 'bracket'; readonly options: BracketOptions }
  | { readonly kind: 'inspect'; readonly options: InspectOptions }
  | { readonly kind: 'list'; readonly options: ListOptions }
  | { readonly kind: 'doctor'; readonly options: DoctorOptions }
  /** No guest was named; `help` where nothing at all was said. */
  | { readonly kind: 'no-pid'; readonly help: string | undefined }
  | { readonly kind: 'text'; readonly text: string };

/**
 * Understands a command line.
 *
 * @throws UsageError; CommanderError for what commander finds wrong
 */
export function parseCommandLine(argv: readonly string[], version: string): Request {
  const { own, command } = splitCommand(argv);
  let request: Request | undefined;
  const program = createProgram(version, command, (taken) => {
    request = taken;
  });
  try {
    program.parse(own, { from: 'user' });
  } catch (error) {
    const isPrinted = error instanceof CommanderError && error.exitCode === 0;
    if (!isPrinted) throw error;
  }
  const name = program.args[0] ?? '';
  if (command !== undefined && program.commands.some((one) => one.name() === name)) {
    throw new UsageError(`${name} takes no command after --`);
  }
  if (request === undefined) throw new Error('commander knows an option that we do not');
  return request;
}

/** The command line as commander knows it; `command` is what was given after `--`. */
export function createProgram(
  version: string,
  command: readonly string[] | undefined,
  take: (request: Request) => void,
): Command {
  const program = new Command('icount-gdb');
  let printed = '';
  takePrinting(styleHelp(program), (text) => {
    printed += text;
    take({ kind: 'text', text: printed });
  })
    .description('Shows live how many guest instructions a running QEMU executes.')
    .version(version, '-V, --version', 'print the version and leave')
    .argument(
      '[pids...]',
      'process ids of QEMUs that run libinsn.so',
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
      '500ms, 1s, 2m; at least 1ms (default: 1s; with a command: none)',
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
  addCommonOptions(program).action((pids: readonly number[], given: WatchFlags) => {
    if (pids.length === 0 && !given.all) {
      const bare = command === undefined && givenOptions(program).length === 0;
      take({ kind: 'no-pid', help: bare ? fullHelp(program) : undefined });
    } else {
      take(watchRequest(commonOptions(given), pids, given, command));
    }
  });
  addCommands(program, take);
  return program;
}

interface WatchFlags extends CommonFlags, GivenFlags {}

function parseCount(option: string): (text: string) => number {
  return (text) => {
    const count = Number(text);
    if (!/^\d+$/.test(text) || count < 1 || !Number.isSafeInteger(count)) {
      throw new UsageError(`${option} ${JSON.stringify(text)} is no whole number above 0`);
    }
    return count;
  };
}
