import { constants, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** What the command's launcher has found out, before Node forgets it. */
const LAUNCHER_VARIABLE = 'ICOUNT_HANGUP';

/**
 * Whether we were started to outlive the terminal, as by nohup(1): SIGHUP was ignored then.
 *
 * Node resets that signal before any of our code runs, so only the launcher sees the `SigIgn` of
 * /proc/self/status. Without the launcher, the other traces of nohup must tell: an unreadable stdin
 * in place of a terminal, `nohup.out` in place of a terminal as output, and its name in the shell's
 * `_`. A run with no terminal and not started by a shell shows none of these.
 */
export function isHangupIgnored(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  const found = environment[LAUNCHER_VARIABLE];
  if (found === 'ignored' || found === 'heeded') return found === 'ignored';
  return (
    basename(environment['_'] ?? '') === 'nohup' ||
    hasUnreadableInput() ||
    [1, 2].some((fd) => /^nohup\.out/.test(basename(linkOf(fd))))
  );
}

/** GNU nohup opens /dev/null for writing, as standard input, so that reads fail. */
function hasUnreadableInput(): boolean {
  return linkOf(0) === '/dev/null' && (flagsOf(0) & ACCESS_MODE) === constants.O_WRONLY;
}

/** O_ACCMODE of fcntl.h. */
const ACCESS_MODE = 3;

function linkOf(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

/** The flags with which a descriptor was opened, which /proc has in octal (proc_pid_fdinfo(5)). */
function flagsOf(fd: number): number {
  try {
    const [, octal = '0'] =
      /^flags:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return Number.parseInt(octal, 8);
  } catch {
    return 0;
  }
}
