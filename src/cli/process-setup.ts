import inspector from 'node:inspector';
import { isHangupIgnored } from '../commands/hangup.js';

/**
 * Turns off what Node does on its own; to be called before anything else.
 *
 * Node prints warnings on stderr, opens its debugger on a port at SIGUSR1, and undoes the SIGHUP
 * that nohup had ignored. The first two serve developers, not users, and where we run as root,
 * that port gives root away.
 */
export function takeOverProcess(): void {
  process.removeAllListeners('warning');
  process.on('SIGUSR1', () => {});
  if (!isDebuggerAskedFor()) {
    // A signal that came while Node started is served now, or in a moment.
    closeDebugger();
    setTimeout(closeDebugger, DEBUGGER_START_MS).unref();
  }
  if (isHangupIgnored()) process.on('SIGHUP', () => {});
}

const DEBUGGER_START_MS = 100;

function isDebuggerAskedFor(): boolean {
  return /--inspect(?!-p)/.test([...process.execArgv, process.env['NODE_OPTIONS']].join(' '));
}

function closeDebugger(): void {
  if (inspector.url() !== undefined) inspector.close();
}
