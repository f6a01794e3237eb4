import type {
  BracketOptions,
  CommonOptions,
  GuestChoice,
  PollOptions,
  WatchOptions,
} from '../commands/options.js';
import { UsageError } from '../errors.js';
import type { FormatName } from '../observers/rows/formats.js';
import { DEFAULT_INTERVAL_NS } from './duration.js';

/** The options of a poll as they were given; each by itself makes sense. */
export interface GivenFlags {
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

export type WatchRequest =
  | { readonly kind: 'poll'; readonly options: PollOptions }
  | { readonly kind: 'bracket'; readonly options: BracketOptions };

/**
 * Sees to it that the options make sense together.
 *
 * @throws UsageError
 */
export function watchRequest(
  common: CommonOptions,
  pids: readonly number[],
  given: GivenFlags,
  command: readonly string[] | undefined,
): WatchRequest {
  if (given.append && given.output === undefined) {
    throw new UsageError('--append needs a file to add to', 'name it with --output <file>');
  }
  const watch: WatchOptions = {
    ...common,
    guests: guestChoice(pids, given.all),
    format: given.format ?? 'table',
    output: given.output,
    append: given.append,
    colour: (process.env['NO_COLOR'] ?? '') === '',
  };
  return command === undefined
    ? { kind: 'poll', options: pollOptions(watch, given) }
    : { kind: 'bracket', options: bracketOptions(watch, given, command) };
}

function guestChoice(pids: readonly number[], all: boolean): GuestChoice {
  if (all && pids.length > 0) {
    throw new UsageError('--all and process ids exclude each other', 'give one or the other');
  }
  if (!all && pids.length === 0) {
    throw new UsageError('which guest?', 'give a process id (pgrep -a qemu), or --all');
  }
  return all ? { kind: 'all' } : { kind: 'named', pids };
}

function pollOptions(watch: WatchOptions, given: GivenFlags): PollOptions {
  if (given.repeat !== undefined) {
    throw new UsageError('--repeat needs a command', 'give it after --, at the end');
  }
  if (given.live && watch.verbose) {
    throw new UsageError('--live and --verbose would write over each other');
  }
  return {
    ...watch,
    intervalNs: given.interval ?? DEFAULT_INTERVAL_NS,
    count: given.count,
    durationNs: given.duration,
    live: given.live,
    plot: given.plot,
  };
}

function bracketOptions(
  watch: WatchOptions,
  given: GivenFlags,
  command: readonly string[],
): BracketOptions {
  const [file, ...args] = command;
  if (file === undefined) throw new UsageError('there is no command after --');
  if (file === '') throw new UsageError('the command after -- is empty');
  for (const option of ['count', 'duration'] as const) {
    if (given[option] !== undefined) {
      throw new UsageError(`--${option} is of no use with a command`, 'the run ends with it');
    }
  }
  if (given.live) {
    throw new UsageError('--live is of no use with a command', "the terminal is the command's");
  }
  if (given.plot !== undefined && given.interval === undefined) {
    throw new UsageError('--plot with a command needs an --interval');
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
    plot: given.plot,
  };
}
