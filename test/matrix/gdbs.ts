import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fromMatrix } from './cached.ts';

/** A gdb to be tried: the machine's own, or one that test/matrix/setup.sh has brought. */
export interface GdbChoice {
  /** For instance `18.1`. */
  readonly version: string;
  /**
   * The Debian release that it is from; `host` is the machine's own, and `minimal` its gdb-minimal,
   * which has no Python.
   */
  readonly origin: string;
  readonly command: string;
}

/** One gdb of each release, the oldest first. */
export const gdbs: readonly GdbChoice[] = [
  choice('bullseye', fromMatrix(join('bullseye', 'gdb'))),
  choice('host', 'gdb'),
  choice('minimal', fromMatrix(join('minimal', 'gdb'))),
  choice('trixie', fromMatrix(join('trixie', 'gdb'))),
  choice('sid', fromMatrix(join('sid', 'gdb'))),
];

function choice(origin: string, command: string): GdbChoice {
  const [firstLine = ''] = execFileSync(command, ['--version'], { encoding: 'utf8' }).split('\n');
  const version = / (\d+\.\d+)[^ ]*$/.exec(firstLine)?.[1];
  if (version === undefined) throw new Error(`${command} does not tell its version: ${firstLine}`);
  return { version, origin, command };
}
