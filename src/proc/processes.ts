import { readdir } from 'node:fs/promises';
import { checkProc } from './check-proc.js';
import { readFamily } from './process.js';

/** All processes below `pid`, nearest first. */
export async function findDescendants(pid: number): Promise<readonly number[]> {
  const children = new Map<number, number[]>();
  for (const other of await listProcesses()) {
    const parent = readFamily(other)?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), other]);
  }
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const below = children.get(next) ?? [];
    found.push(...below);
    queue.push(...below);
  }
  return found;
}

/**
 * The pids of all processes that /proc shows us.
 *
 * @throws ProcUnusableError
 */
export async function listProcesses(): Promise<readonly number[]> {
  checkProc();
  const entries = await readdir('/proc');
  return entries.filter((entry) => /^\d+$/.test(entry)).map(Number);
}
