import { basename } from 'node:path';
import type { PluginKind } from '../layout/plugin-kind.js';
import { groupByFile, parseMaps } from '../proc/maps.js';
import { readMaps } from '../proc/process.js';

/** Which counting plugin a file is named as; each may have any other name as well. */
export function kindByName(path: string): PluginKind | undefined {
  const name = basename(path);
  if (/insn[^/]*\.so/.test(name)) return 'insn';
  return /(?:^|lib)bb(?![a-z])[^/]*\.so/.test(name) ? 'bb' : undefined;
}

/** Whether a process has such a file mapped; false if it can't be read. */
export async function seemsToHavePlugin(pid: number): Promise<boolean> {
  const text = await readMaps(pid).catch(() => undefined);
  if (text === undefined) return false;
  return groupByFile(parseMaps(text)).some(({ path }) => kindByName(path) !== undefined);
}
