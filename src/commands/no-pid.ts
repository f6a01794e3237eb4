import { UsageError } from '../errors.js';
import { type FoundGuest, surveyGuests } from '../qemu/survey.js';
import { printable } from '../text/printable.js';

/**
 * No guest was named: says how to name one. The help comes first if nothing at all was given; as
 * with every mistake in usage it goes to stderr.
 *
 * @throws UsageError, always
 */
export async function withoutPid(help: string | undefined): Promise<never> {
  if (help !== undefined) process.stderr.write(`${help}\n`);
  throw noPidError((await surveyGuests()).guests);
}

/** With the command to be typed, where it can be but one. */
export function noPidError(guests: readonly FoundGuest[]): UsageError {
  const [guest] = guests;
  if (guest === undefined) {
    return new UsageError(
      'no process id was given, and no QEMU with a counting plugin (libinsn or libbb) is to be seen on this host',
      'icount-gdb doctor says whether all else is in place',
    );
  }
  if (guests.length > 1) {
    return new UsageError(
      `no process id was given; ${guests.length} guests are on this host`,
      'icount-gdb list shows them, and icount-gdb --all watches them all',
    );
  }
  const command = printable(guest.target.argv.join(' ').slice(0, 60));
  return new UsageError(
    'no process id was given; one guest is on this host',
    `to watch it: icount-gdb ${guest.pid}   (${command})`,
  );
}
