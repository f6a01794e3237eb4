import { NoSuchProcessError, SamplingFailedError } from '../errors.js';
import { isGdbFailure } from '../gdb/failure.js';
import { explainRefusal } from '../proc/permission.js';
import { readProcess } from '../proc/process.js';
import { type GuestProcess, isAlive } from './guest-end.js';

/** What the failure of the first attach means to the user. */
export async function explainAttachFailure(error: unknown, guest: GuestProcess): Promise<unknown> {
  if (!isGdbFailure(error)) return error;
  const { pid } = guest;
  if (!isAlive(guest)) return new NoSuchProcessError(pid, 'ended while we attached to it');
  if (/not permitted|already traced/.test(error.message)) {
    return await explainRefusal(await readProcess(pid));
  }
  return new SamplingFailedError(
    `gdb can't attach to process ${pid}: ${error.message}`,
    'see the conversation with gdb with --verbose',
  );
}
