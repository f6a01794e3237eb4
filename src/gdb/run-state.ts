import { findText } from '../mi/record.js';
import type { GuestEnd } from '../sampler/reading.js';
import type { AsyncRecord } from './session.js';

/** What a record of gdb says about the thread that it traces. */
export type RunChange =
  /** It has ended, with the process or because another thread called execve(2). */
  | { readonly kind: 'ended'; readonly end: GuestEnd }
  /** The owner of the process sent a stop signal. */
  | { readonly kind: 'stopped-by-owner' }
  /** It stopped for a reason that is ours or gdb's: it must run on at once. */
  | { readonly kind: 'stopped-by-us' };

const STOP_SIGNALS: ReadonlySet<string> = new Set(['SIGSTOP', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU']);

/** Reads `*stopped` and `=thread-group-exited` (GDB manual, "GDB/MI Async Records"). */
export function runChange(record: AsyncRecord): RunChange | undefined {
  if (record.class === 'thread-group-exited') {
    const status = findText(record.results, 'exit-code');
    return {
      kind: 'ended',
      end: status === undefined ? { kind: 'gone' } : exitedWith(status),
    };
  }
  if (record.class !== 'stopped') return undefined;
  switch (findText(record.results, 'reason')) {
    case 'exited':
      return { kind: 'ended', end: exitedWith(findText(record.results, 'exit-code') ?? '0') };
    case 'exited-normally':
      return { kind: 'ended', end: { kind: 'exited', status: 0 } };
    case 'exited-signalled':
      return {
        kind: 'ended',
        end: { kind: 'signalled', signal: findText(record.results, 'signal-name') ?? 'a signal' },
      };
    case 'signal-received':
      return STOP_SIGNALS.has(findText(record.results, 'signal-name') ?? '')
        ? { kind: 'stopped-by-owner' }
        : { kind: 'stopped-by-us' };
    default:
      return { kind: 'stopped-by-us' };
  }
}

/** gdb prints exit statuses in octal. */
function exitedWith(octal: string): GuestEnd {
  return { kind: 'exited', status: Number.parseInt(octal, 8) };
}
