/** What can go wrong between us and gdb. The caller knows what it means for the user. */

/** gdb answered `^error`. */
export class GdbRefusedError extends Error {
  override readonly name = 'GdbRefusedError' as const;
}

/** gdb did not answer in time. It may be in the middle of anything. */
export class GdbTimeoutError extends Error {
  override readonly name = 'GdbTimeoutError' as const;

  constructor(command: string, timeoutMs: number) {
    super(`gdb did not answer ${command} within ${timeoutMs} ms`);
  }
}

/** gdb ended, or its pipes broke; nothing more will come. */
export class GdbGoneError extends Error {
  override readonly name = 'GdbGoneError' as const;
}

/** Whether `error` is about gdb, not about us. */
export function isGdbFailure(
  error: unknown,
): error is GdbRefusedError | GdbTimeoutError | GdbGoneError {
  return (
    error instanceof GdbRefusedError ||
    error instanceof GdbTimeoutError ||
    error instanceof GdbGoneError
  );
}

/** Whether gdb says that the kernel does not let it trace the process. */
export function isPtraceRefusal(error: unknown): error is GdbRefusedError {
  return error instanceof GdbRefusedError && /not permitted|already traced/.test(error.message);
}

/** Whether gdb is gone or hangs, so that another one may do better. */
export function isLossOfGdb(error: unknown): error is GdbTimeoutError | GdbGoneError {
  return error instanceof GdbTimeoutError || error instanceof GdbGoneError;
}

/**
 * What gdb warns of because we give it no data directory (see `start`): none of it is why it fails.
 * A line that a later gdb words in another way does no harm, as what comes last is quoted.
 */
const PROVOKED: readonly RegExp[] = [
  /^Warning: \S+: No such file or directory\.$/i,
  /^Python Exception <class 'ModuleNotFoundError'>: No module named 'gdb'/,
  /^(?:gdb: )?warning:$/i,
  /^Could not load the Python gdb module from /,
  /^Limited Python support is available from the _gdb module\.$/,
  /^Suggest passing --data-directory=/,
];

/** The last line of a failing gdb's stderr that says something; '' if there is none. */
export function lastWords(stderr: string): string {
  const said = stderr.split('\n').map((line) => line.trim());
  return said.findLast((line) => line !== '' && !PROVOKED.some((known) => known.test(line))) ?? '';
}
