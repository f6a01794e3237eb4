import type { Command } from 'commander';
import { UsageError } from '../errors.js';

/**
 * A hint for a wrong command line in the style of `perf stat -p PID` and `strace -p PID`, or with a
 * command but no `--`; undefined if it is neither. Not for command lines that are right.
 */
export function usageHint(own: readonly string[], program: Command): UsageError | undefined {
  return pidOption(own) ?? commandWithoutDashes(own, program);
}

function pidOption(own: readonly string[]): UsageError | undefined {
  const at = own.findIndex((argument) => /^(-p\d*|--pid(=.*)?)$/.test(argument));
  const option = own[at];
  if (option === undefined) return undefined;
  const attached = option.replace(/^(-p|--pid=?)/, '');
  const given = attached === '' ? (own[at + 1] ?? '') : attached;
  const pids = /^\d+(,\d+)*$/.test(given) ? given.replaceAll(',', ' ') : '<pid>';
  const [first = ''] = own;
  const command = /^[a-z]+$/.test(first) ? `${first} ` : '';
  return new UsageError(
    `there is no option ${attached === '' ? option : option.slice(0, -attached.length).replace(/=$/, '')}: process ids need none`,
    `icount-gdb ${command}${pids}`,
  );
}

/** Operands: a process id, and then what is none. */
function commandWithoutDashes(own: readonly string[], program: Command): UsageError | undefined {
  const isPid = (index: number): boolean => /^\d+$/.test(own[index] ?? '');
  const [first, ...others] = operandsOf(own, program);
  if (first === undefined || !isPid(first)) return undefined;
  const at = others.find((index) => !isPid(index));
  if (at === undefined) return undefined;
  return new UsageError(
    `${JSON.stringify(own[at])} is no process id`,
    `a command goes behind --: icount-gdb ${own.slice(0, at).join(' ')} -- ${own.slice(at).join(' ')}`,
  );
}

/** Where the arguments are that are neither an option nor what may be its value. */
function operandsOf(own: readonly string[], program: Command): readonly number[] {
  const switches = program.options.filter((option) => !option.required && !option.optional);
  const isSwitch = (argument: string): boolean =>
    switches.some(({ short, long }) => argument === short || argument === long);
  const takesValue = (argument = ''): boolean =>
    /^(-\w|--[^=]+)$/.test(argument) && !isSwitch(argument);
  return [...own.keys()].filter(
    (index) => !own[index]?.startsWith('-') && !takesValue(own[index - 1]),
  );
}
