import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { GdbUnusableError } from '../errors.js';
import { findText } from '../mi/find.js';
import { isGroupStopped, readThreads } from '../proc/threads.js';
import { errorCode } from '../text/system-error.js';
import { gdbEnvironment } from './environment.js';
import { GdbGoneError, isGdbFailure } from './failure.js';
import { lastWords } from './last-words.js';
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

const GDB_OPTIONS = ['-nx', '-q', NO_DATA, '--interpreter=mi3', '-x', SESSION_SCRIPT];

/**
 * A cold gdb on a loaded machine takes a second or two, on one that is itself emulated 6 s have been
 * seen. A program that is no gdb may keep silent, and somebody waits for us to say so.
 */
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

/** The descriptor under which gdb has the file that it inherits. */
export const INHERITED_FD = 3;

/** How gdb is started, beside its command. */
export interface GdbOptions {
  /** A file that gdb is to inherit as `INHERITED_FD`. */
  readonly file?: number;
  /** Starts of a gdb that ends at once; the last is without our library path. */
  readonly attempts?: number;
}

/**
 * Starts gdb in a process group of its own, so that a terminal's Ctrl-C does not reach it, and
 * checks that it is one and took our settings. If we are killed, its input closes and it leaves
 * by itself.
 *
 * @throws GdbUnusableError; GdbGoneError, GdbTimeoutError for a gdb that was ended or stopped from
 * outside, so that another one may do better
 */
export async function startGdb(
  command: string,
  events: SessionEvents,
  options: GdbOptions = {},
): Promise<Gdb> {
  const { attempts = 2 } = options;
  let consoleText = '';
  const { child, pid, ...pipes } = await spawnGdb(command, options);
  let stderr = '';
  pipes.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-2000);
  });
  pipes.stderr.on('error', () => {});
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
    { stdin: pipes.stdin, stdout: pipes.stdout, ended },
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
    // A library that is missing ends gdb with the status by which a shell says that gdb is.
    if (isGone && isShellsComplaint(stderr)) {
      if (outcome.status === NOT_FOUND) throw new GdbUnusableError(command, 'not found');
      if (outcome.status === NOT_RUNNABLE) {
        throw new GdbUnusableError(command, 'is not a program that can be run');
      }
    }
    // A SIGTERM while it starts ends gdb with status 0, as if it were /bin/true.
    if (isGone && attempts > 1) {
      return await startGdb(command, events, { ...options, attempts: attempts - 1 });
    }
    const said = lastWords(stderr) || firstLine(consoleText);
    throw new GdbUnusableError(
      command,
      `does not speak gdb/MI (${error.message}${said === '' ? '' : `; it said: ${said}`})`,
    );
  }
}

/** gdb's process, with its pipes. */
interface SpawnedGdb {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/**
 * Not by execa, which other commands are run with: to load it takes longer than all that gdb does to
 * start, and of what it adds nothing is wanted here.
 *
 * @throws GdbUnusableError where the system has no process for us, or no pipe
 */
async function spawnGdb(command: string, { file, attempts }: GdbOptions): Promise<SpawnedGdb> {
  try {
    const libraries = attempts === 1 ? 'of-the-system' : 'as-ours';
    const child = spawn('/bin/sh', [...IGNORING_SIGPIPE, command, ...GDB_OPTIONS], {
      env: gdbEnvironment(process.env, libraries),
      stdio: ['pipe', 'pipe', 'pipe', ...(file === undefined ? [] : [file])],
      detached: true,
    });
    const { pid, stdin, stdout, stderr } = child;
    if (pid !== undefined && stdin && stdout && stderr) {
      return { child, pid, stdin, stdout, stderr };
    }
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

/** `sh: 1: exec: gdb: not found`, in the words of whichever shell it is. */
function isShellsComplaint(stderr: string): boolean {
  return /\bexec: /.test(lastWords(stderr));
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
