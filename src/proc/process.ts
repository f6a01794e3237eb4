import { readFileSync, readlinkSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { NoSuchProcessError, NotPermittedError } from '../errors.js';
import { errorCode } from '../text/system-error.js';
import { checkProc } from './check-proc.js';

/** Facts about a process, from /proc/PID (proc(5)). */
export interface ProcessFacts {
  readonly pid: number;
  /** Clock ticks after boot; with the pid it names one process for good. */
  readonly startTicks: bigint;
  /** One letter: R, S, D, T (stopped), t (tracing stop), Z (zombie), X. */
  readonly state: string;
  readonly uid: number;
  /** What /proc/PID/exe links to, or the command's name where that may not be read. */
  readonly executable: string;
  readonly argv: readonly string[];
}

/**
 * @throws NoSuchProcessError if there is none, or it has ended and only its entry is left;
 * NotPermittedError if it is hidden from us; ProcUnusableError
 */
export async function readProcess(pid: number): Promise<ProcessFacts> {
  checkProc();
  const stat = readTextNow(`/proc/${pid}/stat`);
  const status = readTextNow(`/proc/${pid}/status`);
  if (stat === undefined || status === undefined) throw unseen(pid);
  const { state, startTicks } = parseStat(stat);
  const argv = await readArguments(pid);
  return {
    pid,
    startTicks,
    state,
    uid: Number(statusField(status, 'Uid').split('\t', 1)[0]),
    executable: readExecutable(pid) ?? statusField(status, 'Name'),
    argv,
  };
}

function readExecutable(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

/** Why a process has no entry in /proc: the kernel still tells whether it exists. */
function unseen(pid: number): NoSuchProcessError | NotPermittedError {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return new NoSuchProcessError(pid);
  }
  return new NotPermittedError(
    pid,
    'it is there, but hidden from us: /proc is mounted with hidepid',
    `run as its user or as root: sudo icount-gdb ${pid}`,
  );
}

/** The process's start, or undefined when it is gone. Costs one read. */
export function readStartTicks(pid: number): bigint | undefined {
  const stat = readTextNow(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : parseStat(stat).startTicks;
}

/** Whether the process has memory: one that is exiting has given it up before it is a zombie. */
export function hasAddressSpace(pid: number): boolean {
  const status = readTextNow(`/proc/${pid}/status`) ?? '';
  return statusField(status, 'VmSize') !== '';
}

/** `PF_EXITING` of a process's flags (include/linux/sched.h). */
const EXITING = 0x4;

/**
 * Whether a process has ended, or is about to: it may have given up its memory, by which it was known,
 * and be there still.
 */
export function isExiting(pid: number): boolean {
  const stat = readTextNow(`/proc/${pid}/stat`);
  if (stat === undefined) return true;
  return (parseStat(stat).flags & EXITING) !== 0 && !hasAddressSpace(pid);
}

/** The parent's pid and the process group, or undefined when the process is gone. */
export function readFamily(
  pid: number,
): { readonly parent: number; readonly group: number } | undefined {
  const stat = readTextNow(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : parseStat(stat);
}

/**
 * /proc/PID/maps, as bytes: a path may hold any. When the main thread has ended its own is
 * empty, and that of another thread tells.
 *
 * @throws the system's error where it may not be read
 */
export async function readMaps(pid: number): Promise<Buffer> {
  const maps = await readFile(`/proc/${pid}/maps`);
  if (maps.length > 0) return maps;
  for (const tid of await readdir(`/proc/${pid}/task`)) {
    const ofThread = await readFile(`/proc/${pid}/task/${tid}/maps`);
    if (ofThread.length > 0) return ofThread;
  }
  return maps;
}

/** /proc/PID/auxv: pairs of words, each a tag and its value (getauxval(3)). Undefined if it may not be read. */
export function readAuxv(pid: number): Buffer | undefined {
  try {
    return readFileSync(`/proc/${pid}/auxv`);
  } catch {
    return undefined;
  }
}

/** /proc/PID/cmdline, split; empty for a zombie. */
export async function readArguments(pid: number): Promise<readonly string[]> {
  const text = (await readText(`/proc/${pid}/cmdline`)) ?? '';
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

/** One variable of the environment that the process was started with; undefined if unreadable. */
export async function readEnvironment(pid: number, name: string): Promise<string | undefined> {
  const text = (await readText(`/proc/${pid}/environ`)) ?? '';
  return text
    .split('\0')
    .find((entry) => entry.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}

/** A field of /proc/PID/status or /proc/PID/task/TID/status, '' if it is not there. */
export function statusField(status: string, name: string): string {
  const start = status.startsWith(`${name}:\t`) ? 0 : status.indexOf(`\n${name}:\t`) + 1;
  if (start === 0 && !status.startsWith(`${name}:\t`)) return '';
  const from = start + name.length + 2;
  const end = status.indexOf('\n', from);
  return status.slice(from, end < 0 ? undefined : end).trim();
}

/** The command's name stands in parentheses and may hold anything: count from the last one. */
function parseStat(stat: string): {
  state: string;
  parent: number;
  group: number;
  flags: number;
  startTicks: bigint;
} {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const FIELD_AFTER_NAME = 3;
  return {
    state: fields[0] ?? '?',
    parent: Number(fields[1] ?? 0),
    group: Number(fields[2] ?? 0),
    flags: Number(fields[9 - FIELD_AFTER_NAME] ?? 0),
    startTicks: BigInt(fields[22 - FIELD_AFTER_NAME] ?? 0),
  };
}

/** A file of /proc as text, undefined if the process is gone or the file may not be read. */
export async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * `readText`, synchronously: a tenth of the cost of a read in another thread of ours. Not for what
 * lies in the process's own memory (cmdline, environ): the kernel may block its reader.
 */
export function readTextNow(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
