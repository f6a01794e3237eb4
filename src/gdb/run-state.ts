import { findText } from '../mi/find.js';
import type { GuestEnd } from '../sampler/reading.js';
import type { AsyncRecord } from './session.js';

/** What a record or a sentence of gdb says about the guest. */
export type RunChange =
  | { readonly kind: 'ended'; readonly end: GuestEnd }
  /** Its owner sent a stop signal, which gdb holds back until it is told what to do. */
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

/** Whether gdb's console says that the process runs another program now; no record does. */
export function saysExec(text: string): boolean {
  return text.includes('is executing new program');
}

/** gdb prints exit statuses in octal. */
function exitedWith(octal: string): GuestEnd {
  return { kind: 'exited', status: Number.parseInt(octal, 8) };
}
