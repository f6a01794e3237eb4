import { existsSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { ProcUnusableError } from '../errors.js';

/** `PROC_SUPER_MAGIC` of linux/magic.h. */
const PROC_MAGIC = 0x9fa0;

/**
 * Makes sure that /proc is there, and that its pids are ours. Where we have come into a pid namespace
 * by ourselves (`unshare --pid`), /proc may still be that of the namespace outside: its numbers mean
 * other processes to us, and ours to it (pid_namespaces(7)).
 *
 * @throws ProcUnusableError
 */
export function checkProc(): void {
  if (!isProcMounted()) {
    throw new ProcUnusableError(
      'no /proc is mounted here, and all that is known of processes comes from there',
      'mount it: mount -t proc proc /proc (in a chroot, before entering it: mount --bind /proc ROOT/proc)',
    );
  }
  const self = ownPid();
  if (self === undefined || self !== String(process.pid) || isSeenFromOutside()) {
    throw new ProcUnusableError(
      `the /proc that is mounted here belongs to another pid namespace: in it we are ${
        self === undefined ? 'not to be found' : `process ${self}`
      }, and by ourselves process ${process.pid}`,
      'mount the one of this namespace: unshare --pid --fork --mount-proc …; or enter both of a guest: nsenter --target PID --mount --pid …',
    );
  }
}

function isProcMounted(): boolean {
  try {
    return statfsSync('/proc').type === PROC_MAGIC;
  } catch {
    return false;
  }
}

function ownPid(): string | undefined {
  try {
    return readlinkSync('/proc/self');
  } catch {
    return undefined;
  }
}

/** Our pid in the namespace of this /proc comes first, and then one for each namespace within. */
function isSeenFromOutside(): boolean {
  return /^NSpid:\t\d+\t/m.test(readFileSync('/proc/self/status', 'utf8'));
}

/**
 * Whether processes of other users are hidden from us (`hidepid`, proc(5)): the first of them all,
 * which is always there and is hardly ever ours.
 */
export function hidesProcesses(): boolean {
  return !existsSync('/proc/1');
}
