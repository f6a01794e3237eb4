import type { BracketOptions } from '../commands/bracket.js';
import type { PollOptions } from '../commands/poll.js';
import type { WatchOptions } from '../commands/watch-options.js';
import { UsageError } from '../errors.js';
import { checkInterval } from '../guest/sampler-choice.js';
import type { FormatName } from '../observers/rows/formats.js';
import { type CommonFlags, guestChoice, guestOptions } from './common-options.js';
import type { Request } from './request.js';
import { DEFAULT_INTERVAL_NS } from './values.js';

/** The options of a poll as they were given; each by itself makes sense. */
export interface GivenFlags extends CommonFlags {
  readonly all: boolean;
  readonly interval?: number;
  readonly count?: number;
  readonly duration?: number;
  readonly format?: FormatName;
  readonly output?: string;
  readonly append: boolean;
  readonly live: boolean;
  readonly plot?: string;
  readonly repeat?: number;
}

/**
 * Sees to it that the options make sense together.
 *
 * @throws UsageError
 */
export function watchRequest(
  pids: readonly number[],
  given: GivenFlags,
  command: readonly string[] | undefined,
): Request {
  if (given.append && given.output === undefined) {
    throw new UsageError('--append needs a file to add to', 'name it with --output <file>');
  }
  if (given.sampler === 'mi' && given.interval !== undefined) checkInterval(given.interval, 'mi');
  const watch: WatchOptions = {
    ...guestOptions(given),
    guests: guestChoice(pids, given.all),
    format: given.format ?? 'table',
    output: given.output,
    append: given.append,
    colour: (process.env['NO_COLOR'] ?? '') === '',
    plot: given.plot,
  };
  if (command === undefined) {
    const options = pollOptions(watch, given);
    return {
      kind: 'poll',
      options,
      verbosity: given,
      run: async (messages) => await (await import('../commands/poll.js')).poll(options, messages),
    };
  }
  const options = bracketOptions(watch, given, command);
  return {
    kind: 'bracket',
    options,
    verbosity: given,
    run: async (messages) =>
      await (await import('../commands/bracket.js')).bracket(options, messages),
  };
}

function pollOptions(watch: WatchOptions, given: GivenFlags): PollOptions {
  if (given.repeat !== undefined) {
    throw new UsageError('--repeat needs a command', 'give it after --, at the end');
  }
  if (given.live && given.verbose) {
    throw new UsageError('--live and --verbose would write over each other', 'leave one out');
  }
  return {
    ...watch,
    intervalNs: given.interval ?? DEFAULT_INTERVAL_NS,
    limit: {
      ...(given.count === undefined ? {} : { count: given.count }),
      ...(given.duration === undefined ? {} : { durationNs: given.duration }),
    },
    live: given.live,
  };
}

function bracketOptions(
  watch: WatchOptions,
  given: GivenFlags,
  command: readonly string[],
): BracketOptions {
  const [file, ...args] = command;
  if (file === undefined || file === '') {
    throw new UsageError(
      file === undefined ? 'there is no command after --' : 'the command after -- is empty',
      'write it there: icount-gdb <pid> -- <command>',
    );
  }
  for (const option of ['count', 'duration'] as const) {
    if (given[option] !== undefined) {
      throw new UsageError(`--${option} is of no use with a command`, 'the run ends with it');
    }
  }
  if (given.live) {
    throw new UsageError('--live is of no use with a command', "the terminal is the command's");
  }
  if (given.plot !== undefined && given.interval === undefined) {
    throw new UsageError('--plot with a command needs an --interval', 'such as --interval 1s');
  }
  if (given.plot !== undefined && (given.repeat ?? 1) > 1) {
    throw new UsageError('--plot is of no use with --repeat', 'a chart shows one run');
  }
  return {
    ...watch,
    command: [file, ...args],
    repeat: given.repeat ?? 1,
    intervalNs: given.interval,
    rows: given.interval !== undefined || given.format !== undefined || given.output !== undefined,
  };
}
