import { UsageError } from '../errors.js';
import { nearestWord } from './nearest.js';

/** Linux has no pid above 2^22 (proc(5), pid_max); what fits an int gets a fair answer. */
const MOST = 2 ** 31 - 1;

/**
 * A process id; for a word that is near to one of `commands`, that command is suggested.
 *
 * @throws UsageError
 */
export function parsePid(text: string, commands: readonly string[] = []): number {
  const pid = Number(text);
  if (/^\d+$/.test(text) && pid >= 1 && pid <= MOST) return pid;
  const command = nearestWord(text, commands);
  if (command !== undefined) {
    throw new UsageError(
      `unknown command ${JSON.stringify(text)} (did you mean ${command}?)`,
      'icount-gdb --help shows what there is',
    );
  }
  throw new UsageError(
    `${JSON.stringify(text)} is no process id`,
    'icount-gdb list shows the guests of this host',
  );
}
