import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A gdb to be tried: the machine's own, or one that test/matrix/setup.sh has brought. */
export interface GdbChoice {
  /** For instance `18.1`. */
  readonly version: string;
  /** The Debian release that it is from; `host` is the machine's own. */
  readonly origin: string;
  readonly command: string;
}

/** One gdb of each release, the oldest first. */
export const gdbs: readonly GdbChoice[] = [
  choice('bullseye', matrixGdb('bullseye')),
  choice('host', 'gdb'),
  choice('trixie', matrixGdb('trixie')),
  choice('sid', matrixGdb('sid')),
];

function matrixGdb(suite: string): string {
  const command = join(import.meta.dirname, '../../.cache/matrix', suite, 'gdb');
  if (!existsSync(command)) {
    throw new Error(`${command} is not there; run: npm run test:matrix`);
  }
  return command;
}

function choice(origin: string, command: string): GdbChoice {
  const [firstLine = ''] = execFileSync(command, ['--version'], { encoding: 'utf8' }).split('\n');
  const version = / (\d+\.\d+)[^ ]*$/.exec(firstLine)?.[1];
  if (version === undefined) throw new Error(`${command} does not tell its version: ${firstLine}`);
  return { version, origin, command };
}
