import { readdir } from 'node:fs/promises';
import { readText, readTextNow } from './process.js';

/** Of /proc/PID/stat (proc_pid_stat(5)), counted from the parent's pid, which follows the state. */
const NUM_THREADS = 16;

/** How many threads a process has, without one that has ended but is still there; 0 if it is gone. */
export function countLivingThreads(pid: number): number {
  const stat = readTextNow(`/proc/${pid}/task/${pid}/stat`) ?? ') Z';
  const [state = 'Z', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Only the main thread can be there for long after its end.
  return Math.max(0, Number(fields[NUM_THREADS] ?? 0) - (/^[ZX]/.test(state) ? 1 : 0));
}

/** The names of all threads of a process, which are cut at 15 bytes; one at a time, as files are few. */
export async function readThreadNames(pid: number): Promise<readonly string[]> {
  const names: string[] = [];
  for (const tid of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    const name = await readText(`/proc/${pid}/task/${tid}/comm`);
    if (name !== undefined) names.push(name.trimEnd());
  }
  return names;
}
