import { GuestStoppedError, SamplingFailedError } from '../errors.js';
import { isGdbFailure, isPtraceRefusal } from '../gdb/failure.js';
import type { Memory } from '../memory.js';
import { explainRefusal } from '../proc/permission.js';
import { readProcess } from '../proc/process.js';
import type { GuestEnd, StopCause } from '../sampler/reading.js';
import type { Connection } from './connection.js';
import { endedMeanwhile, type GuestProcess, isAlive } from './guest-end.js';

/** How we have hold of a guest at the moment. */
export type AttachmentState =
  | { readonly kind: 'attached'; readonly memory: Memory; readonly connection: Connection }
  /** Not attached, for now or not yet; `reason` is why a sample that is due has no value. */
  | { readonly kind: 'apart'; readonly reason: string }
  | { readonly kind: 'stopped'; readonly by: StopCause }
  /** The traced thread is traced no more; what became of the process is being found out. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'ended'; readonly end: GuestEnd }
  | { readonly kind: 'lost'; readonly reason: string };

/** What keeps somebody from reading who can't do without. */
export function whyNotAttached(
  pid: number,
  state: Exclude<AttachmentState, { readonly kind: 'attached' }>,
): Error {
  switch (state.kind) {
    case 'ending':
    case 'ended':
      return endedMeanwhile(pid);
    case 'stopped':
      return new GuestStoppedError(pid);
    case 'apart':
    case 'lost':
      return new SamplingFailedError(`can't read the memory of process ${pid}: ${state.reason}`);
    default:
      return state satisfies never;
  }
}

/** What the failure of the first attach means to the user. */
export async function explainAttachFailure(error: unknown, guest: GuestProcess): Promise<unknown> {
  if (!isGdbFailure(error)) return error;
  const { pid } = guest;
  if (!isAlive(guest)) return endedMeanwhile(pid);
  if (isPtraceRefusal(error)) {
    return await explainRefusal(await readProcess(pid));
  }
  return new SamplingFailedError(
    `gdb can't attach to process ${pid}: ${error.message}`,
    'see the conversation with gdb with --verbose',
  );
}
