import type { ElfFile } from '../elf/elf.js';
import { pluginKind } from '../layout/layouts.js';
import type { PluginKind } from '../layout/plugin-kind.js';

/** Which counting plugin a file is by its symbols; undefined for one that counts something else. */
export function kindByVariables(elf: ElfFile): PluginKind | undefined {
  const has = (name: string): boolean => elf.objects.has(name) || elf.ambiguousObjects.has(name);
  return has('do_inline') ? pluginKind(has) : undefined;
}
