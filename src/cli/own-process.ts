import inspector from 'node:inspector';
import { isHangupIgnored } from '../commands/hangup.js';

/**
 * Makes this process one of ours rather than one of Node's; to be called before anything else.
 *
 * Node prints its warnings on stderr, opens its debugger on a port at SIGUSR1, and takes back what
 * nohup has told it to ignore. The first two are for those who write programs, not for their users,
 * and where we are the port is root's.
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
