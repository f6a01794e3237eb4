import type { Command } from 'commander';
import { UsageError } from '../errors.js';

/**
 * A hint for a wrong command line in the style of `perf stat -p PID`, `strace -p PID` and
 * `vmstat 1s`, or with a command but no `--`; undefined if it is none of these. Not for command lines
 * that are right. `command` is what was given after `--`.
 */
export function usageHint(
  own: readonly string[],
  program: Command,
  command: readonly string[] = [],
): UsageError | undefined {
  const after = command.length === 0 ? '' : ` -- ${command.join(' ')}`;
  return pidOption(own, program, after) ?? oddOperand(own, program);
}

/** `-p PID`: the same without the option. */
function pidOption(
  own: readonly string[],
  program: Command,
  after: string,
): UsageError | undefined {
  const at = own.findIndex((argument) => /^(-p\d*|--pid(=.*)?)$/.test(argument));
  const option = own[at];
  if (option === undefined) return undefined;
  const attached = option.replace(/^(-p|--pid=?)/, '');
  const isPids = (text = ''): boolean => /^\d+(,\d+)*$/.test(text);
  const given = attached === '' ? own[at + 1] : attached;
  const before = own.slice(0, at);
  // `perf stat -p`: a word that is no command of ours goes with the option.
  const [first = ''] = before;
  const isForeign = /^[a-z]+$/.test(first) && subcommandOf(first, program) === undefined;
  const kept = isForeign ? before.slice(1) : before;
  const rest = own.slice(at + (attached === '' && isPids(given) ? 2 : 1));
  const hasPids = [...kept, ...rest].some(isPids);
  const pids = isPids(given) ? (given ?? '').split(',') : hasPids ? [] : ['<pid>'];
  const words = [...kept, ...pids, ...rest];
  const name = attached === '' ? option : option.slice(0, -attached.length).replace(/=$/, '');
  return new UsageError(
    `there is no option ${name}: process ids need none`,
    `icount-gdb ${withDashes(words, program)}${after}`,
  );
}

/** Operands: a process id, and then what is none. */
function oddOperand(own: readonly string[], program: Command): UsageError | undefined {
  const at = commandAt(own, program);
  const word = own[at ?? -1];
  if (at === undefined || word === undefined) return undefined;
  const subcommand = subcommandOf(word, program);
  const rest = own.toSpliced(at, 1).join(' ');
  const hint = /^\d+(\.\d+)?(us|ms|s|m|h)$/.test(word)
    ? `an interval goes behind -i: icount-gdb ${rest} -i ${word}`
    : subcommand !== undefined
      ? `a command of icount-gdb comes first: icount-gdb help ${subcommand} shows what there is`
      : `a command goes behind --: icount-gdb ${withDashes(own, program)}`;
  return new UsageError(`${JSON.stringify(word)} is no process id`, hint);
}

/** The same with `--` before what must be a command of somebody else's. */
function withDashes(words: readonly string[], program: Command): string {
  const at = commandAt(words, program);
  return (at === undefined ? words : words.toSpliced(at, 0, '--')).join(' ');
}

/** Where the first operand behind a process id is that is none itself. */
function commandAt(words: readonly string[], program: Command): number | undefined {
  const isPid = (index: number): boolean => /^\d+$/.test(words[index] ?? '');
  const [first, ...others] = operandsOf(words, program);
  return first !== undefined && isPid(first) ? others.find((index) => !isPid(index)) : undefined;
}

/** Where the arguments are that are neither an option nor what may be its value. */
function operandsOf(words: readonly string[], program: Command): readonly number[] {
  const switches = program.options.filter((option) => !option.required && !option.optional);
  const isSwitch = (argument: string): boolean =>
    switches.some(({ short, long }) => argument === short || argument === long);
  const takesValue = (argument = ''): boolean =>
    /^(-\w|--[^=]+)$/.test(argument) && !isSwitch(argument);
  return [...words.keys()].filter(
    (index) => !words[index]?.startsWith('-') && !takesValue(words[index - 1]),
  );
}

function subcommandOf(word: string, program: Command): string | undefined {
  return program.commands.map((command) => command.name()).find((name) => name === word);
}
