import type { FileHandle } from 'node:fs/promises';
import type { ElfFile } from '../elf/elf.js';
import type { PluginKind } from '../layout/plugin-kind.js';

/** A counting plugin that a process has loaded. */
export interface LoadedPlugin {
  readonly kind: PluginKind;
  /** The name under which it is mapped, in the process's own file system. */
  readonly path: string;
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
  readonly needsProof: boolean;
  /** Others that count in the same process. */
  readonly beside: readonly LoadedPlugin[];
}
