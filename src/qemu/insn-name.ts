import { basename } from 'node:path';
import { groupByFile, type MappedFile, parseMaps } from '../proc/maps.js';
import { readMaps } from '../proc/process.js';

/** Whether a file is named as libinsn is; it may have any other name as well. */
export function hasInsnName(file: MappedFile): boolean {
  return /insn[^/]*\.so/.test(basename(file.path));
}

/** Whether a process has such a file mapped; false if it can't be read. */
export async function seemsToHavePlugin(pid: number): Promise<boolean> {
  const text = await readMaps(pid).catch(() => undefined);
  return text !== undefined && groupByFile(parseMaps(text)).some(hasInsnName);
}
