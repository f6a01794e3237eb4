import { readlinkSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { UnresolvedCountersError } from '../errors.js';
import { type PluginKind, pluginNames } from '../layout/layout.js';
import { type ProcessFacts, readEnvironment } from '../proc/process.js';
import { printable } from '../text/printable.js';
import { explainAbsence, explainUnwanted } from './absence.js';
import {
  type PluginOption,
  parseQemuCommand,
  type QemuCommand,
  qemuArguments,
} from './command-line.js';
import { fileForGdb } from './gdb-file.js';
import { describeElfFailure } from './mapped-elf.js';
import {
  kindByName,
  type LoadedPlugin,
  type LocatedPlugin,
  type PluginFile,
} from './plugin-file.js';
import { type FoundPlugin, searchPlugins } from './plugin-search.js';
import { readSymbolFile, type SymbolFile, withSymbolFile } from './symbol-file.js';

/** The user's choice of a plugin. */
export interface PluginChoice {
  /** Which one to read, should there be both. */
  readonly plugin: PluginKind | undefined;
  /** A file to take the symbols from. */
  readonly pluginFile: string | undefined;
}

/**
 * Finds the counting plugin to read in a process, without touching the process. Of both, it is
 * libinsn, unless the user's choice says otherwise.
 *
 * @throws NoPluginError, NotPermittedError, NoSuchProcessError, UnresolvedCountersError
 */
export async function findPlugin(
  target: ProcessFacts,
  command: QemuCommand,
  choice: PluginChoice,
): Promise<PluginFile> {
  const { pluginFile } = choice;
  const symbols = pluginFile === undefined ? undefined : await readSymbolFile(pluginFile);
  const wanted = { kind: choice.plugin, symbols };
  const { candidates, unopened, others } = await searchPlugins(target, command, wanted);
  const chosen = choose(candidates, wanted);
  for (const { handle } of candidates) if (handle !== chosen?.handle) await handle.close();
  // What the user names a file for need not be named as a counting plugin is.
  const mapped =
    chosen?.mapped ?? unopened?.mapped ?? others.find(({ isStripped }) => isStripped)?.mapped;
  if (pluginFile !== undefined && mapped !== undefined) {
    await chosen?.handle.close();
    if (chosen !== undefined && symbols?.kind !== undefined && symbols.kind !== chosen.kind) {
      throw ofAnotherKind(pluginFile, symbols.kind, chosen);
    }
    const kind = chosen?.kind ?? symbols?.kind ?? kindByName(mapped.path) ?? 'insn';
    const otherPlugins = loadedPlugins(candidates, mapped.path);
    return await withSymbolFile(target, { mapped, kind, otherPlugins }, pluginFile);
  }
  if (chosen !== undefined) return await readableByGdb(pluginOf(chosen, candidates));
  if (unopened !== undefined) throw unopened.error;
  throw choice.plugin !== undefined && candidates.length > 0
    ? explainUnwanted(target.pid, choice.plugin, loadedPlugins(candidates))
    : await explainAbsence(target, command, others);
}

/**
 * The counting plugin that a process has loaded, undefined if it has none.
 *
 * Cheaper than `findPlugin` where there is none: libraries of other names are looked into only if
 * the command line says that some plugin was loaded, as it can name a symbolic link.
 *
 * @throws NotPermittedError, UnresolvedCountersError if it has one that can't be opened
 */
export async function locatePlugin(
  target: ProcessFacts,
  command: QemuCommand,
): Promise<LocatedPlugin | undefined> {
  const wanted = { kind: undefined, symbols: undefined };
  const extent = command.plugins.length > 0 ? 'all' : 'named';
  const { candidates, unopened } = await searchPlugins(target, command, wanted, extent);
  for (const { handle } of candidates) await handle.close();
  const chosen = choose(candidates, wanted);
  if (chosen !== undefined) {
    const { path } = chosen.mapped;
    return { kind: chosen.kind, path, otherPlugins: loadedPlugins(candidates, path) };
  }
  if (unopened !== undefined) throw unopened.error;
  return undefined;
}

/** The command line of a QEMU process, with what its environment adds to it. */
export async function readQemuCommand(target: ProcessFacts): Promise<QemuCommand> {
  const plugin = await readEnvironment(target.pid, 'QEMU_PLUGIN');
  const command = parseQemuCommand(
    qemuArguments(target.executable, target.argv),
    plugin === undefined ? {} : { QEMU_PLUGIN: plugin },
  );
  const plugins = command.plugins.map((option) => ({ ...option, ...realFileOf(target, option) }));
  return { ...command, plugins };
}

/** Where the name of a plugin leads by now, as the maps have it; nothing where that is not to be found. */
function realFileOf({ pid }: ProcessFacts, { file }: PluginOption): Pick<PluginOption, 'realFile'> {
  try {
    return { realFile: realpathSync(resolve(readlinkSync(`/proc/${pid}/cwd`), file)) };
  } catch {
    return {};
  }
}

/**
 * The file that the symbols are of, else one of the same kind as that; else libinsn before libbb, and
 * one that is known before one that is none.
 */
function choose(
  candidates: readonly FoundPlugin[],
  wanted: { readonly kind: PluginKind | undefined; readonly symbols: SymbolFile | undefined },
): FoundPlugin | undefined {
  const { symbols } = wanted;
  const possible = candidates.filter(({ kind }) => kind === (wanted.kind ?? kind));
  const known = possible.filter(({ isUnrecognized }) => !isUnrecognized);
  return (
    possible.find(({ elf }) => elf.buildId !== undefined && elf.buildId.hex === symbols?.buildId) ??
    possible.find(({ kind }) => kind === symbols?.kind) ??
    known.find(({ kind }) => kind === 'insn') ??
    known[0] ??
    possible[0]
  );
}

/** What was found, but for the file `chosen`. */
function loadedPlugins(candidates: readonly FoundPlugin[], chosen?: string): LoadedPlugin[] {
  return candidates
    .map(({ mapped, kind }) => ({ path: mapped.path, kind }))
    .filter(({ path }) => path !== chosen);
}

function pluginOf(chosen: FoundPlugin, candidates: readonly FoundPlugin[]): PluginFile {
  const { kind, mapped, handle, elf, isMappedFile } = chosen;
  return {
    kind,
    mappedPath: mapped.path,
    name: mapped.path,
    handle,
    elf,
    loadBias: mapped.base.start - elf.firstLoadAddress,
    needsVerification: !isMappedFile,
    otherPlugins: loadedPlugins(candidates, mapped.path),
  };
}

function ofAnotherKind(
  file: string,
  kind: PluginKind,
  { kind: loaded, mapped }: FoundPlugin,
): UnresolvedCountersError {
  return new UnresolvedCountersError(
    printable(file),
    `it is a ${pluginNames[kind]}, and what is to be read a ${pluginNames[loaded]} (${printable(mapped.path)})`,
    'give --plugin-file a copy of that',
  );
}

/** @throws UnresolvedCountersError */
async function readableByGdb(plugin: PluginFile): Promise<PluginFile> {
  try {
    return { ...plugin, handle: await fileForGdb(plugin.handle) };
  } catch (error) {
    await plugin.handle.close();
    throw new UnresolvedCountersError(
      printable(plugin.name),
      `outside of its mount namespace it is another file, and no copy can be made (${describeElfFailure(error)})`,
      'set TMPDIR to a directory that can be written to',
    );
  }
}
