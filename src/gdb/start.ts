import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { GdbUnusableError } from '../errors.js';
import { findText } from '../mi/find.js';
import { isGdbFailure } from './failure.js';
import { GdbSession, type SessionEvents } from './session.js';

/** gdb's settings, each with its reason. */
const SESSION_SCRIPT = fileURLToPath(new URL('../../gdb-scripts/session.gdb', import.meta.url));

/** A cold gdb on a loaded machine takes a second or two. */
const START_TIMEOUT_MS = 30_000;

/** A gdb that is running and set up, attached to nothing yet. */
export interface Gdb {
  readonly session: GdbSession;
  readonly pid: number;
  /** For instance `13.1`. */
  readonly version: string;
  /** Settles when the process has ended, with how; never rejects. */
  readonly ended: Promise<string>;
  /** SIGKILL. Safe for a guest that is quiescent, not in the middle of an attach or a detach. */
  kill(): void;
}

/**
 * Starts gdb in a process group of its own, so that a terminal's Ctrl-C does not reach it, and
 * checks that it is one and took our settings. If we are killed, its input closes and it leaves
 * by itself.
 *
 * @throws GdbUnusableError
 */
export async function startGdb(command: string, events: SessionEvents): Promise<Gdb> {
  let consoleText = '';
  const child = execa(command, ['-nx', '-q', '--interpreter=mi3', '-x', SESSION_SCRIPT], {
    env: { LC_ALL: 'C', TERM: 'dumb' },
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    encoding: 'buffer',
    buffer: false,
    detached: true,
    cleanup: false,
    reject: false,
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-2000);
  });
  child.stderr.on('error', () => {});
  const result = child.then((outcome) => outcome);
  const ended = result.then(describeEnd);

  if (child.pid === undefined) throw cannotStart(command, await result);

  const session = new GdbSession(
    { stdin: child.stdin, stdout: child.stdout, ended },
    {
      ...events,
      onText: (text) => {
        if (consoleText.length < 2000) consoleText += text;
        events.onText?.(text);
      },
    },
  );
  const gdb = { session, pid: child.pid, ended, kill: () => void child.kill('SIGKILL') };
  try {
    const answer = await session.send(
      '-data-evaluate-expression $icount_gdb_session',
      START_TIMEOUT_MS,
    );
    if (findText(answer.results, 'value') !== '1') {
      throw new GdbUnusableError(command, `did not take the settings of ${SESSION_SCRIPT}`);
    }
    consoleText = '';
    await session.send('-gdb-version', START_TIMEOUT_MS);
    const version = /(\d+(?:\.\d+)+)/.exec(consoleText.split('\n', 1)[0] ?? '')?.[1] ?? 'unknown';
    return { ...gdb, version };
  } catch (error) {
    gdb.kill();
    if (!isGdbFailure(error)) throw error;
    const said = (stderr || consoleText).trim().split('\n', 1)[0] ?? '';
    throw new GdbUnusableError(
      command,
      `does not speak gdb/MI (${error.message}${said === '' ? '' : `; it said: ${said}`})`,
    );
  }
}

/** What execa says of a process that ended, or never began. */
interface Outcome {
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  readonly code?: string | undefined;
  readonly shortMessage?: string | undefined;
}

function describeEnd(outcome: Outcome): string {
  if (outcome.signal !== undefined) return `gdb was ended by ${outcome.signal}`;
  return `gdb ended with status ${outcome.exitCode ?? 'unknown'}`;
}

function cannotStart(command: string, outcome: Outcome): GdbUnusableError {
  switch (outcome.code) {
    case 'ENOENT':
      return new GdbUnusableError(command, 'not found');
    case 'EACCES':
      return new GdbUnusableError(command, 'is not a program that can be run');
    default:
      return new GdbUnusableError(
        command,
        `can't be started (${outcome.code ?? outcome.shortMessage ?? 'unknown'})`,
      );
  }
}
