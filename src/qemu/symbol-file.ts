import { machineName } from '../elf/header.js';
import { UnresolvedCountersError } from '../errors.js';
import { type PluginKind, pluginNames } from '../layout/layout.js';
import type { MappedFile } from '../proc/maps.js';
import type { ProcessFacts } from '../proc/process.js';
import { describeElfFailure, leadsTo, openElf } from './mapped-elf.js';
import { kindByVariables, type PluginFile } from './plugin-file.js';

/** Takes the symbols from a file of the user's choice, if it can be of the same build. */
export async function withSymbolFile(
  target: ProcessFacts,
  loaded: Pick<PluginFile, 'kind' | 'otherPlugins'> & { readonly mapped: MappedFile },
  symbolFile: string,
): Promise<PluginFile> {
  const { mapped, kind, otherPlugins } = loaded;
  const name = `${pluginNames[kind]}.so`;
  const file = Buffer.from(symbolFile);
  const { handle, elf } = await openElf(file).catch((error: unknown) => {
    throw new UnresolvedCountersError(
      symbolFile,
      describeElfFailure(error),
      `give --plugin-file an unstripped copy of the ${name} that QEMU loaded`,
    );
  });
  const machine = await machineOf(target.pid);
  if (machine !== undefined && elf.machine !== machine) {
    await handle.close();
    throw new UnresolvedCountersError(
      symbolFile,
      `it is for ${machineName(elf.machine)}, and the QEMU of process ${target.pid} for ${machineName(machine)}`,
      `give --plugin-file a copy of the ${name} that QEMU loaded`,
    );
  }
  return {
    kind,
    mappedPath: mapped.path,
    name: symbolFile,
    handle,
    elf,
    loadBias: mapped.base.start - elf.firstLoadAddress,
    needsVerification: !(await leadsTo(file, mapped)),
    otherPlugins,
  };
}

/** What a file of the user's choice is. */
export interface SymbolFile {
  readonly buildId: string | undefined;
  /** Undefined where it has no counting plugin's variables. */
  readonly kind: PluginKind | undefined;
}

/** Undefined for a file that can't be read: what is wrong with it is told in its own place. */
export async function readSymbolFile(file: string): Promise<SymbolFile | undefined> {
  try {
    const { handle, elf } = await openElf(Buffer.from(file));
    await handle.close();
    return { buildId: elf.buildId?.hex, kind: kindByVariables(elf) };
  } catch {
    return undefined;
  }
}

/** The host architecture that a process is of; undefined where its executable can't be read. */
async function machineOf(pid: number): Promise<number | undefined> {
  try {
    const { handle, elf } = await openElf(Buffer.from(`/proc/${pid}/exe`));
    await handle.close();
    return elf.machine;
  } catch {
    return undefined;
  }
}
