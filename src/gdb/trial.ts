import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { SamplingFailedError } from '../errors.js';
import { groupByFile, parseMaps } from '../proc/maps.js';
import { explainRefusal } from '../proc/permission.js';
import { readMaps, readProcess } from '../proc/process.js';
import { attach } from './attach.js';
import { isGdbFailure, isPtraceRefusal } from './failure.js';
import { leave } from './leave.js';
import { readMemory } from './memory.js';
import { startGdb } from './start.js';
import { loadPlugin } from './symbols.js';

/** A process of ours that waits for input, and ends with us: its input is a pipe that we hold. */
const IDLE_COMMAND = 'cat';

/**
 * Finds out whether gdb may attach to a process, and read it while it runs, by doing so to a
 * process of our own: it harms nobody. To gdb that process is a stranger, as a guest would be.
 *
 * @throws NotPermittedError with the reason, SamplingFailedError, GdbUnusableError
 */
export async function tryAttaching(gdbCommand: string): Promise<void> {
  const idle = spawn(IDLE_COMMAND, { stdio: ['pipe', 'ignore', 'ignore'] });
  idle.stdin.on('error', () => {});
  try {
    await once(idle, 'spawn');
    if (idle.pid !== undefined) await attachAndRead(gdbCommand, idle.pid);
  } finally {
    idle.stdin.end();
  }
}

async function attachAndRead(gdbCommand: string, pid: number): Promise<void> {
  const target = await readProcess(pid);
  // As a guest's plugin would be.
  const program = await open(`/proc/${pid}/exe`);
  const gdb = await startGdb(gdbCommand, {}, program.fd).finally(() => program.close());
  let isAttached = false;
  try {
    await loadPlugin(gdb.session, ['/usr/lib/debug']);
    await attach(gdb, pid, pid);
    isAttached = true;
    const [file] = groupByFile(parseMaps(await readMaps(pid)));
    const address = file?.base.start ?? 0n;
    const [bytes] = await readMemory(gdb.session, [{ address, lengthBytes: 8 }]);
    if (bytes === undefined) {
      throw new SamplingFailedError(
        "gdb attached, but can't read the memory of a process that runs",
        'take another gdb with --gdb: versions 10 to 18 can',
      );
    }
  } catch (error) {
    if (!isGdbFailure(error)) throw error;
    if (isPtraceRefusal(error)) {
      throw await explainRefusal(target);
    }
    throw new SamplingFailedError(`gdb can't attach to a process of ours: ${error.message}`);
  } finally {
    await leave(gdb, { ...target, tid: pid, isAttached }, false);
  }
}
