import { Command, Option } from 'commander';
import { UsageError } from '../errors.js';
import { type FormatName, formatNames } from '../output/formats.js';
import { parseDuration, parseInterval } from './duration.js';
import type { CommonOptions, InspectOptions, PollOptions } from './options.js';

/** What the command line asks for. */
export type Request =
  | { readonly kind: 'poll'; readonly options: PollOptions }
  | { readonly kind: 'inspect'; readonly options: InspectOptions };

/**
 * Understands a command line.
 *
 * @returns undefined if commander has done what was asked for: --help, --version
 * @throws UsageError; CommanderError for what commander has told the user already
 */
export function parseCommandLine(argv: readonly string[], version: string): Request | undefined {
  let request: Request | undefined;
  const program = new Command('icount-gdb')
    .description('Shows live how many guest instructions a running QEMU executes.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(see icount-gdb --help)')
    .argument('<pid>', 'process id of a QEMU that runs libinsn.so', parsePid)
    .option('-i, --interval <duration>', '500ms, 1s, 2m; at least 1ms', parseInterval, 1e9)
    .option('-n, --count <n>', 'stop after n intervals', parseCount)
    .option('-d, --duration <duration>', 'stop after that time', (text) =>
      parseDuration(text, '--duration'),
    )
    .addOption(
      new Option('-f, --format <format>', 'how the data is written')
        .choices(formatNames)
        .default('table'),
    )
    .option('-o, --output <file>', 'write the data there instead of to stdout')
    .option('--append', 'add to the output file rather than empty it', false);
  addCommonOptions(program).action((pid: number, given: PollFlags) => {
    if (given.append && given.output === undefined) {
      throw new UsageError('--append needs a file to add to', 'name it with --output <file>');
    }
    request = {
      kind: 'poll',
      options: {
        ...commonOptions(given),
        pid,
        intervalNs: given.interval,
        count: given.count,
        durationNs: given.duration,
        format: given.format,
        output: given.output,
        append: given.append,
        colour: (process.env['NO_COLOR'] ?? '') === '',
      },
    };
  });

  const inspect = program
    .command('inspect')
    .description('say what is known of the counters, and read them once')
    .argument('<pid>', 'process id of a QEMU that runs libinsn.so', parsePid)
    .option('--no-attach', 'look at files only, do not touch the process');
  addCommonOptions(inspect).action((pid: number, given: InspectFlags) => {
    request = {
      kind: 'inspect',
      options: { ...commonOptions(given), pid, attach: given.attach },
    };
  });

  program.parse(argv, { from: 'user' });
  return request;
}

interface CommonFlags {
  readonly mode: CommonOptions['mode'];
  readonly pluginFile?: string;
  readonly gdb: string;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

interface PollFlags extends CommonFlags {
  readonly interval: number;
  readonly count?: number;
  readonly duration?: number;
  readonly format: FormatName;
  readonly output?: string;
  readonly append: boolean;
}

interface InspectFlags extends CommonFlags {
  readonly attach: boolean;
}

function addCommonOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--mode <mode>', "which of libinsn's counters")
        .choices(['auto', 'inline', 'percpu'])
        .default('auto'),
    )
    .option('--plugin-file <path>', "file to take libinsn's symbols from")
    .addOption(new Option('--gdb <path>', 'the gdb to use').env('ICOUNT_GDB').default('gdb'))
    .option('-q, --quiet', 'no notices, no summary', false)
    .option('-v, --verbose', 'the conversation with gdb on stderr', false);
}

function commonOptions(flags: CommonFlags): CommonOptions {
  const { mode, pluginFile, gdb, quiet, verbose } = flags;
  return { mode, pluginFile, gdb, quiet, verbose };
}

/** @throws UsageError */
function parsePid(text: string): number {
  const pid = Number(text);
  if (!/^\d+$/.test(text) || pid < 1 || pid > 2 ** 31 - 1) {
    throw new UsageError(
      `${JSON.stringify(text)} is no process id`,
      'give the number that this shows: pgrep -a qemu',
    );
  }
  return pid;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || !Number.isSafeInteger(count)) {
    throw new UsageError(`--count ${JSON.stringify(text)} is no whole number above 0`);
  }
  return count;
}
