/**
 * Every failure that a user can do something about.
 *
 * A class holds the facts as fields and makes its own sentence from them; `hint` says what to do
 * next and `exitCode` is the status that the command ends with. Anything that is not an
 * `IcountError` is a bug of ours.
 */

/** Exit statuses, a stable part of the command's interface. */
export const ExitCode = {
  ok: 0,
  samplingFailed: 1,
  usage: 2,
  noSuchProcess: 3,
  notPermitted: 4,
  noPlugin: 5,
  unresolved: 6,
  gdbUnusable: 7,
  /** As a shell has it, for the command after `--`. */
  commandNotRunnable: 126,
  commandNotFound: 127,
} as const;

/** One of the exit statuses. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Base of all errors that are reported as one sentence and, where there is one, a remedy. */
export abstract class IcountError extends Error {
  abstract override readonly name: string;
  abstract readonly exitCode: ExitCode;

  /** What to do next; printed on a line of its own. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** An argument or option that makes no sense. */
export class UsageError extends IcountError {
  override readonly name = 'UsageError' as const;
  override readonly exitCode = ExitCode.usage;
}

/** There is no /proc here, or not the one that tells of the processes that we see. */
export class ProcUnusableError extends IcountError {
  override readonly name = 'ProcUnusableError' as const;
  override readonly exitCode = ExitCode.samplingFailed;
}

/** What is said of a process that ends while we have to do with it. */
export const ENDED_MEANWHILE = 'ended while we looked at it';

/** The process is not there, or no longer. */
export class NoSuchProcessError extends IcountError {
  override readonly name = 'NoSuchProcessError' as const;
  override readonly exitCode = ExitCode.noSuchProcess;

  constructor(pid: number, what = 'does not exist') {
    super(`process ${pid} ${what}`, 'icount-gdb list shows the guests of this host');
  }
}

/** The kernel does not let us trace or read the process; `why` holds the facts that were found. */
export class NotPermittedError extends IcountError {
  override readonly name = 'NotPermittedError' as const;
  override readonly exitCode = ExitCode.notPermitted;
  readonly why: string;

  constructor(pid: number, why: string, hint: string) {
    super(`not permitted to attach to process ${pid}: ${why}`, hint);
    this.why = why;
  }
}

/** Another debugger has the process, or icount-gdb; Linux allows one tracer at a time (ptrace(2)). */
export class AlreadyTracedError extends IcountError {
  override readonly name = 'AlreadyTracedError' as const;
  override readonly exitCode = ExitCode.notPermitted;

  /** `by` goes on from "the process is already". */
  constructor(pid: number, by: string) {
    super(
      `process ${pid} is already ${by}`,
      'end that one first: a process can have one tracer only',
    );
  }
}

/** The guest was stopped before we came. Attaching would resume it against its owner's will. */
export class GuestStoppedError extends IcountError {
  override readonly name = 'GuestStoppedError' as const;
  override readonly exitCode = ExitCode.samplingFailed;

  constructor(pid: number) {
    super(
      `process ${pid} is stopped, and attaching would resume it`,
      `let it run first: kill -CONT ${pid}`,
    );
  }
}

/** The guest is frozen, with its cgroup: it could not take the attach, nor what comes after it. */
export class GuestFrozenError extends IcountError {
  override readonly name = 'GuestFrozenError' as const;
  override readonly exitCode = ExitCode.samplingFailed;

  constructor(pid: number, cgroup: string, remedy: string) {
    super(
      `process ${pid} is frozen (cgroup ${cgroup}): thaw it first`,
      `by whoever froze it (docker unpause, systemctl thaw), or: ${remedy}`,
    );
  }
}

/** The guest does not take the stop that an attach begins with. Whatever is in its way is not ours. */
export class GuestUnresponsiveError extends IcountError {
  override readonly name = 'GuestUnresponsiveError' as const;
  override readonly exitCode = ExitCode.samplingFailed;

  constructor(pid: number, tid: number, state: string, waitedMs: number) {
    super(
      `thread ${tid} of process ${pid} (state ${state}) did not take the attach within ${waitedMs / 1000} s, which was called off`,
      'the process is frozen by a cgroup that is not to be seen from here, or waits for a disk: try again when it runs',
    );
  }
}

/** We were told to end before there was anything to show. */
export class InterruptedError extends IcountError {
  override readonly name = 'InterruptedError' as const;
  override readonly exitCode = ExitCode.samplingFailed;

  constructor(pid: number) {
    super(`interrupted while attaching to process ${pid}`);
  }
}

/** The process is not a QEMU that has a counting plugin loaded. */
export class NoPluginError extends IcountError {
  override readonly name = 'NoPluginError' as const;
  override readonly exitCode = ExitCode.noPlugin;

  constructor(pid: number, what: string, hint: string) {
    super(`process ${pid} ${what}`, hint);
  }
}

/** There is no guest on this host that we may watch. */
export class NoGuestError extends IcountError {
  override readonly name = 'NoGuestError' as const;
  override readonly exitCode = ExitCode.noPlugin;

  constructor() {
    super(
      'no process with a counting plugin (libinsn or libbb) is to be seen on this host',
      'start QEMU with -plugin /path/to/libbb.so,inline=on; to look at those of other users, run as root',
    );
  }
}

/** A counting plugin is there, but where its counters are can't be told, or only by guessing. */
export class UnresolvedCountersError extends IcountError {
  override readonly name = 'UnresolvedCountersError' as const;
  override readonly exitCode = ExitCode.unresolved;
  readonly file: string;

  constructor(file: string, what: string, hint?: string) {
    super(`can't resolve the counters in ${file}: ${what}`, hint);
    this.file = file;
  }
}

/** gdb is not installed, can't be started, or does not do what is needed. */
export class GdbUnusableError extends IcountError {
  override readonly name = 'GdbUnusableError' as const;
  override readonly exitCode = ExitCode.gdbUnusable;

  constructor(
    gdb: string,
    what: string,
    hint = 'install gdb 10 or newer (Debian: apt-get install gdb), or name one with --gdb',
  ) {
    super(`${gdb}: ${what}`, hint);
  }
}

/** The command after `--` can't be run. Nothing has been attached to. */
export class CommandError extends IcountError {
  override readonly name = 'CommandError' as const;
  override readonly exitCode: 126 | 127;

  constructor(command: string, problem: 'not-found' | 'not-runnable', why: string) {
    super(
      `can't run ${command}: ${why}`,
      problem === 'not-found'
        ? 'give its path, or a name that is in PATH'
        : 'make it executable, or give what runs it: sh FILE',
    );
    this.exitCode =
      problem === 'not-found' ? ExitCode.commandNotFound : ExitCode.commandNotRunnable;
  }
}

/** Sampling had begun, or was about to, and can't go on. */
export class SamplingFailedError extends IcountError {
  override readonly name = 'SamplingFailedError' as const;
  override readonly exitCode = ExitCode.samplingFailed;
}

/** The data can't be written. */
export class OutputError extends IcountError {
  override readonly name = 'OutputError' as const;
  override readonly exitCode: ExitCode;

  /** `usage`: it could not even be opened, and nothing else was done. */
  constructor(file: string, why: string, exit: 'usage' | 'failed' = 'failed') {
    super(
      `can't write ${file}: ${why}`,
      exit === 'usage' ? 'give --output a file that can be written' : undefined,
    );
    this.exitCode = exit === 'usage' ? ExitCode.usage : ExitCode.samplingFailed;
  }
}

/** The exporter can't be reached where it is to be. */
export class ListenError extends IcountError {
  override readonly name = 'ListenError' as const;
  override readonly exitCode = ExitCode.usage;

  constructor(address: string, why: string) {
    super(
      `can't listen on ${address}: ${why}`,
      'give --listen an address of this host and a free port',
    );
  }
}
