import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CommandError } from '../../errors.js';
import { errorCode } from '../../text/system-error.js';

/** What execvp(3) searches when there is no PATH. */
const DEFAULT_PATH = '/bin:/usr/bin';

/**
 * Makes sure that a command is there and can be run, by the rules of execvp(3), before a guest is
 * touched for it.
 *
 * @throws CommandError
 */
export function findCommand(command: string, path: string = DEFAULT_PATH): void {
  const candidates = command.includes('/')
    ? [command]
    : path.split(delimiter).map((directory) => join(directory === '' ? '.' : directory, command));
  const problems = candidates.map(problemOf);
  if (problems.includes(undefined)) return;
  const problem = problems.find((found) => found !== 'it does not exist');
  if (problem !== undefined) throw new CommandError(command, 'not-runnable', problem);
  throw new CommandError(
    command,
    'not-found',
    command.includes('/') ? 'it does not exist' : 'not found in PATH',
  );
}

type Problem = 'it does not exist' | 'it is a directory' | 'permission denied';

function problemOf(file: string): Problem | undefined {
  try {
    if (statSync(file).isDirectory()) return 'it is a directory';
    accessSync(file, constants.X_OK);
    return undefined;
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'it does not exist' : 'permission denied';
  }
}
