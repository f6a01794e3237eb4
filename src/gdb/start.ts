import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { GdbUnusableError } from '../errors.js';
import { findText } from '../mi/record.js';
import { isGroupStopped, readThreads } from '../proc/threads.js';
import { errorCode } from '../text/system-error.js';
import { gdbEnvironment } from './environment.js';
import { GdbGoneError, isGdbFailure, lastWords } from './failure.js';
import { SAMPLER_SCRIPT, whyNoSampler } from './sampler-script.js';
import { GdbSession, type SessionEvents } from './session.js';

/** gdb's settings, each with its reason. */
const SESSION_SCRIPT = fileURLToPath(new URL('../../gdb-scripts/session.gdb', import.meta.url));

/** Becomes gdb, and leaves a guardian beside it that outlives us both. */
const START_SCRIPT = fileURLToPath(new URL('../../gdb-scripts/start.sh', import.meta.url));
/** What a shell has for a command that it can't find, and for one that it can't run. */
const NOT_FOUND = 127;
const NOT_RUNNABLE = 126;

/**
 * gdb's own Python modules take half of its start, and the sampler does not need them. Where their
 * directory is missing gdb does without, after a warning on stderr.
 */
const NO_DATA = '--data-directory=/nonexistent';

const GDB_OPTIONS = [
  ...['-nx', '-q', NO_DATA, '--interpreter=mi3'],
  ...['-x', SESSION_SCRIPT, '-x', SAMPLER_SCRIPT],
];

/**
 * A cold gdb on a loaded machine takes a second or two, on one that is itself emulated 6 s have been
 * seen. A program that is no gdb may keep silent, and somebody waits for us to say so.
 */
const START_TIMEOUT_MS = 20_000;

/** What a gdb is able to. */
export interface GdbFacts {
  /** For instance `13.1`. */
  readonly version: string;
  /** Why it can't take samples by itself, in its own words; undefined if it can. */
  readonly noSampler: string | undefined;
}

/** A gdb that is running and set up, attached to nothing yet. */
export interface Gdb extends GdbFacts {
  readonly session: GdbSession;
  readonly pid: number;
  /** Settles when the process has ended, with how; never rejects. */
  readonly ended: Promise<string>;
  /**
   * Tells the guardian what gdb is about to do. If both we and gdb are killed, the guardian resumes
   * the thread, unless it is `stopped` by its owner.
   */
  guard(phase: 'attaching' | 'attached' | 'stopped', pid: number, tid: number): void;
  /** SIGKILL. Safe for a guest that is quiescent, not in the middle of an attach or a detach. */
  kill(): void;
  /** SIGCONT, for a gdb that somebody has stopped. */
  resume(): void;
}

/** The descriptor under which gdb has the file that it inherits. */
export const INHERITED_FD = 3;

/**
 * Starts gdb in a process group of its own, so that a terminal's Ctrl-C does not reach it, and
 * checks that it is one and took our settings; `file` it inherits as `INHERITED_FD`. If we are killed,
 * its input closes and it leaves by itself. One that ends at once is tried again without our library
 * path.
 *
 * @throws GdbUnusableError; GdbGoneError, GdbTimeoutError for a gdb that was ended or stopped from
 * outside, so that another one may do better
 */
export async function startGdb(
  command: string,
  events: SessionEvents,
  file?: number,
  libraries: Parameters<typeof gdbEnvironment>[1] = 'as-ours',
): Promise<Gdb> {
  let consoleText = '';
  const { child, pid, guardian, ...pipes } = await spawnGdb(command, file, libraries);
  let stderr = '';
  pipes.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-2000);
  });
  pipes.stderr.on('error', () => {});
  // It says nothing, and its end is that of the pipe.
  guardian.on('error', () => {}).resume();
  let outcome: Outcome = { status: null, signal: null };
  child.once('exit', (status, signal) => {
    outcome = { status, signal };
    // gdb forks a child to find out what ptrace can do; a kill at that moment leaves it behind,
    // stopped for ever, with gdb's pipes open. Nothing else is in gdb's process group.
    signalGroup(pid, 'SIGKILL');
    // The guardian looks after the guest, whether we come to it or not, and leaves.
    guardian.end('over\n', () => guardian.destroy());
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
    guard: (phase: string, guest: number, tid: number) => {
      guardian.write(`${phase} ${guest} ${tid}\n`);
    },
    // The whole group: the command may be a script that runs gdb.
    kill: () => signalGroup(pid, 'SIGKILL'),
    resume: () => signalGroup(pid, 'SIGCONT'),
  };
  try {
    const [settings, , noSampler] = await Promise.all([
      session.send('-data-evaluate-expression $icount_gdb_session', START_TIMEOUT_MS),
      session.send('-gdb-version', START_TIMEOUT_MS),
      whyNoSampler(session, START_TIMEOUT_MS),
    ]);
    if (findText(settings.results, 'value') !== '1') {
      throw new GdbUnusableError(command, `did not take the settings of ${SESSION_SCRIPT}`);
    }
    const version = /^GNU gdb.*?(\d+(?:\.\d+)+)/m.exec(consoleText)?.[1] ?? 'unknown';
    return { ...gdb, version, noSampler };
  } catch (error) {
    const isStopped = isGroupStopped(readThreads(pid));
    gdb.kill();
    await ended;
    if (!isGdbFailure(error)) throw error;
    const isGone = error instanceof GdbGoneError;
    if (isStopped || (isGone && outcome.signal !== null)) throw error;
    // gdb ends with 127 for a missing library, too, as a shell does that finds no gdb.
    if (isGone && isShellsComplaint(stderr)) {
      if (outcome.status === NOT_FOUND) throw new GdbUnusableError(command, 'not found');
      if (outcome.status === NOT_RUNNABLE) {
        throw new GdbUnusableError(command, 'is not a program that can be run');
      }
    }
    // A SIGTERM while it starts ends gdb with status 0, as if it were /bin/true.
    if (isGone && libraries === 'as-ours') {
      return await startGdb(command, events, file, 'of-the-system');
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
  readonly guardian: Duplex;
}

/**
 * Not with execa, as other commands are: loading it takes longer than the whole start of gdb, and
 * nothing that it adds is needed here.
 *
 * @throws GdbUnusableError where the system has no process for us, or no pipe
 */
async function spawnGdb(
  command: string,
  file: number | undefined,
  libraries: Parameters<typeof gdbEnvironment>[1],
): Promise<SpawnedGdb> {
  try {
    const child = spawn('/bin/sh', [START_SCRIPT, command, ...GDB_OPTIONS], {
      env: gdbEnvironment(process.env, libraries),
      stdio: ['pipe', 'pipe', 'pipe', file ?? 'ignore', 'pipe'],
      detached: true,
    });
    const { pid } = child;
    // Without a process there may be no streams either. The reason comes as an event.
    if (pid === undefined) throw (await once(child, 'error'))[0];
    const [stdin, stdout, stderr, , guardian] = child.stdio;
    if (!stdin || !stdout || !stderr || !(guardian instanceof Duplex)) throw new Error('no pipes');
    return { child, pid, stdin, stdout, stderr, guardian };
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
