import { GdbUnusableError, SamplingFailedError } from '../errors.js';
import { isLossOfGdb } from '../gdb/failure.js';
import { Connection, type ConnectionEnd, type ConnectionOptions } from './connection.js';

/** gdbs that failed in a row, without one good read between them. */
export const FAILURES_ALLOWED = 3;

/**
 * Starts gdb, and another if it dies or hangs. `failures` is how many failed before, `failure` the
 * last of them.
 *
 * @throws GdbUnusableError, SamplingFailedError; GdbRefusedError if gdb can't read the file
 */
export async function connect(
  options: ConnectionOptions,
  onOver: (end: ConnectionEnd) => void,
  failures = 0,
  failure?: Error,
): Promise<{ readonly connection: Connection; readonly failures: number }> {
  if (failure !== undefined) {
    if (failures >= FAILURES_ALLOWED) {
      throw new SamplingFailedError(`gdb ${failedTooOften(failures, failure.message)}`);
    }
    options.onNotice(`${failure.message}; starting another`);
  }
  try {
    return { connection: await Connection.open(options, onOver), failures };
  } catch (error) {
    if (!isLossOfGdb(error)) throw error;
    if (failures + 1 >= FAILURES_ALLOWED) {
      throw new GdbUnusableError(options.gdbCommand, failedTooOften(failures + 1, error.message));
    }
    return await connect(options, onOver, failures + 1, error);
  }
}

/** What gdb has done, without naming it. */
export function failedTooOften(failures: number, last: string): string {
  return `failed ${failures} times in a row, last: ${last}`;
}
