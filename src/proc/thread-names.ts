import { readdir, stat } from 'node:fs/promises';
import { readText } from './process.js';

/** How many threads a process has, without one that has ended but is still there; 0 if it is gone. */
export async function countLivingThreads(pid: number): Promise<number> {
  // A directory has a link for itself, one for its name, and one for each within (stat(2)).
  const links = (await stat(`/proc/${pid}/task`).catch(() => undefined))?.nlink ?? 2;
  // Only the main thread can be there for long after its end.
  const main = (await readText(`/proc/${pid}/task/${pid}/stat`)) ?? ') Z';
  const hasEnded = /^[ZX]/.test(main.slice(main.lastIndexOf(')') + 2));
  return Math.max(0, links - 2 - (hasEnded ? 1 : 0));
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
