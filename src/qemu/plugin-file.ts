import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ElfFile } from '../elf/elf.js';
import type { PluginKind } from '../layout/layout.js';
import { pluginKind } from '../layout/layouts.js';
import { groupByFile, parseMaps } from '../proc/maps.js';
import { readMaps } from '../proc/process.js';

/** A counting plugin that a process has loaded. */
export interface LoadedPlugin {
  readonly kind: PluginKind;
  /** The name under which it is mapped, in the process's own file system. */
  readonly path: string;
}

/** The one of them that would be read. */
export interface LocatedPlugin extends LoadedPlugin {
  /** Others that count in the same process. */
  readonly otherPlugins: readonly LoadedPlugin[];
}

/** The counting plugin to read, as a process has it mapped, and the file to take its symbols from. */
export interface PluginFile {
  readonly kind: PluginKind;
  /** The name under which it is mapped, in the process's own file system. */
  readonly mappedPath: string;
  /** What to call the file that the symbols come from. */
  readonly name: string;
  /** The file itself, open. The caller closes it. */
  readonly handle: FileHandle;
  readonly elf: ElfFile;
  /** What is to be added to link-time addresses. */
  readonly loadBias: bigint;
  /** Not known to be the very file that is mapped: its build-id, or its code, must be found in memory. */
  readonly needsVerification: boolean;
  /** Others that count in the same process. */
  readonly otherPlugins: readonly LoadedPlugin[];
}

/** Which counting plugin a file is by its symbols; undefined for one that counts something else. */
export function kindByVariables(elf: ElfFile): PluginKind | undefined {
  const has = (name: string): boolean => elf.objects.has(name) || elf.ambiguousObjects.has(name);
  return has('do_inline') ? pluginKind(has) : undefined;
}

/** Whether a file has some variable that a counting plugin has, and be it a single one. */
export function hasSomeVariable(elf: ElfFile): boolean {
  return elf.objects.size > 0 || elf.ambiguousObjects.size > 0;
}

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
