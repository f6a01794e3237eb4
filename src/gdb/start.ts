import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { GdbUnusableError } from '../errors.js';
import { findText } from '../mi/find.js';
import { isGroupStopped, readThreads } from '../proc/threads.js';
import { errorCode } from '../text/system-error.js';
import { GdbGoneError, isGdbFailure } from './failure.js';
import { GdbSession, type SessionEvents } from './session.js';

/** gdb's settings, each with its reason. */
const SESSION_SCRIPT = fileURLToPath(new URL('../../gdb-scripts/session.gdb', import.meta.url));

/**
 * Runs a command, given as arguments, with SIGPIPE ignored. If we are killed while gdb attaches,
 * its next word to us would otherwise be its last, with the guest left stopped (3 of 60, seen with
 * Debian's gdb-minimal; a gdb with Python ignores the signal by itself). Node can't start a child
 * so. A shell has 127 for what it can't find and 126 for what it can't run.
 */
const IGNORING_SIGPIPE: readonly string[] = ['-c', 'trap "" PIPE; exec "$0" "$@"'];
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

/**
 * gdb's own Python modules take half of its start, and nothing here needs Python. Where their directory
 * is missing gdb does without, after a warning on stderr.
 */
const NO_DATA = '--data-directory=/nonexistent';
const NO_DATA_WARNING_END = '/gdb/data-directory.';

/**
 * GDB 16.3 (Debian 13) has not initialized the pointer that it prints before the `^running` of an
 * `attach&` (`current_token` in gdb/mi/mi-interp.h), and dies of it where the memory held something
 * before. The C library can be told to hand out memory with 0 in it (mallopt(3), M_PERTURB: all bits of
 * the value are inverted), as it does to find such bugs.
 */
const ZEROED_MEMORY = { MALLOC_PERTURB_: '255' };

const GDB_ENVIRONMENT = { LC_ALL: 'C', TERM: 'dumb', ...ZEROED_MEMORY };

const GDB_OPTIONS = ['-nx', '-q', NO_DATA, '--interpreter=mi3', '-x', SESSION_SCRIPT];

/** A cold gdb on a loaded machine takes a second or two. */
const START_TIMEOUT_MS = 20_000;

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
  /** SIGCONT, for a gdb that somebody has stopped. */
  resume(): void;
}

/**
 * Starts gdb in a process group of its own, so that a terminal's Ctrl-C does not reach it, and
 * checks that it is one and took our settings. If we are killed, its input closes and it leaves
 * by itself.
 *
 * @throws GdbUnusableError; GdbGoneError, GdbTimeoutError for a gdb that was ended or stopped from
 * outside, so that another one may do better
 */
export async function startGdb(command: string, events: SessionEvents, attempts = 2): Promise<Gdb> {
  let consoleText = '';
  const { child, pid } = await spawnGdb(command);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-2000);
  });
  child.stderr.on('error', () => {});
  let outcome: Outcome = { status: null, signal: null };
  child.once('exit', (status, signal) => {
    outcome = { status, signal };
    // gdb forks a child to find out what ptrace can do; a kill at that moment leaves it behind,
    // stopped for ever, with gdb's pipes open. Nothing else is in gdb's process group.
    signalGroup(pid, 'SIGKILL');
  });
  // When its pipes have been read to their ends, too.
  const ended = once(child, 'close').then(() => describeEnd(outcome));

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
  const gdb = {
    session,
    pid,
    ended,
    // The whole group: the command may be a script that runs gdb.
    kill: () => signalGroup(pid, 'SIGKILL'),
    resume: () => signalGroup(pid, 'SIGCONT'),
  };
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
    const isStopped = isGroupStopped(await readThreads(pid));
    gdb.kill();
    await ended;
    if (!isGdbFailure(error)) throw error;
    const isGone = error instanceof GdbGoneError;
    if (isStopped || (isGone && outcome.signal !== null)) throw error;
    if (isGone && outcome.status === NOT_FOUND) throw new GdbUnusableError(command, 'not found');
    if (isGone && outcome.status === NOT_RUNNABLE) {
      throw new GdbUnusableError(command, 'is not a program that can be run');
    }
    // A SIGTERM while it starts ends gdb with status 0, as if it were /bin/true.
    if (isGone && attempts > 1) return await startGdb(command, events, attempts - 1);
    const said = firstLine(stderr.split(NO_DATA_WARNING_END).at(-1) || consoleText);
    throw new GdbUnusableError(
      command,
      `does not speak gdb/MI (${error.message}${said === '' ? '' : `; it said: ${said}`})`,
    );
  }
}

/**
 * Not by execa, which other commands are run with: to load it takes longer than all that gdb does to
 * start, and of what it adds nothing is wanted here.
 *
 * @throws GdbUnusableError where the system has no process for us, or no pipe
 */
async function spawnGdb(
  command: string,
): Promise<{ readonly child: ChildProcessWithoutNullStreams; readonly pid: number }> {
  try {
    const child = spawn('/bin/sh', [...IGNORING_SIGPIPE, command, ...GDB_OPTIONS], {
      env: { ...process.env, ...GDB_ENVIRONMENT },
      stdio: 'pipe',
      detached: true,
    });
    if (child.pid !== undefined) return { child, pid: child.pid };
    // Without a process there may be no streams either. The reason comes as an event.
    const [reason] = await once(child, 'error');
    throw reason;
  } catch (error) {
    throw new GdbUnusableError(command, `can't be started (${errorCode(error) ?? 'unknown'})`);
  }
}

/** How the process has ended: one of the two is null. */
interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

function describeEnd({ status, signal }: Outcome): string {
  return signal === null ? `gdb ended with status ${status}` : `gdb was ended by ${signal}`;
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // No such group: nobody is left.
  }
}
