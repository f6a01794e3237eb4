import { UsageError } from '../errors.js';

/**
 * What somebody may have meant who is used to `perf stat -p PID` and `strace -p PID`, or to giving a
 * command without `--`. To be asked about a command line that is wrong; undefined for any other.
 */
export function habitOf(own: readonly string[]): UsageError | undefined {
  return pidOption(own) ?? commandWithoutDashes(own);
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
function commandWithoutDashes(own: readonly string[]): UsageError | undefined {
  const first = own.findIndex((argument) => /^\d+$/.test(argument));
  if (first < 0 || own.slice(0, first).some((argument) => !argument.startsWith('-'))) {
    return undefined;
  }
  const at = own.findIndex(
    (argument, index) =>
      index > first && !/^(\d+|-.*)$/.test(argument) && !takesValue(own[index - 1] ?? ''),
  );
  const command = own[at];
  if (command === undefined) return undefined;
  return new UsageError(
    `${JSON.stringify(command)} is no process id`,
    `a command goes behind --: icount-gdb ${own.slice(0, at).join(' ')} -- ${own.slice(at).join(' ')}`,
  );
}

/** Whether what comes after it may be the value of an option. */
function takesValue(argument: string): boolean {
  return /^-[^=]*$/.test(argument) && !SWITCHES.has(argument);
}

const SWITCHES: ReadonlySet<string> = new Set('-q --quiet -v --verbose --live --append'.split(' '));
