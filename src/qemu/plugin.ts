import { basename } from 'node:path';
import type { ElfFile } from '../elf/elf.js';
import { UnresolvedCountersError } from '../errors.js';
import { counterNames } from '../layout/layouts.js';
import { groupByFile, type MappedFile, parseMaps } from '../proc/maps.js';
import { explainRefusal } from '../proc/permission.js';
import { type ProcessFacts, readEnvironment, readMaps } from '../proc/process.js';
import { printable } from '../text/printable.js';
import { explainAbsence, explainUnopened, type OtherPlugin } from './absence.js';
import { parseQemuCommand, type QemuCommand } from './command-line.js';
import { fileForGdb } from './for-gdb.js';
import { hasInsnName } from './insn-name.js';
import { describeElfFailure, openMapped, PLUGIN_ENTRY } from './mapped-elf.js';
import type { PluginFile } from './plugin-file.js';
import { buildIdOf, withSymbolFile } from './symbol-file.js';

/**
 * Finds libinsn in a process, without touching the process.
 *
 * `symbolFile` is the user's choice of a file to take the symbols from.
 *
 * @throws NoPluginError, NotPermittedError, UnresolvedCountersError
 */
export async function findPlugin(
  target: ProcessFacts,
  command: QemuCommand,
  symbolFile: string | undefined,
): Promise<PluginFile> {
  const buildId = symbolFile === undefined ? undefined : await buildIdOf(symbolFile);
  const { plugin, unopened, others } = await search(target, command, { extent: 'all', buildId });
  const mapped = plugin?.mapped ?? unopened?.mapped;
  if (symbolFile !== undefined && mapped !== undefined) {
    await plugin?.file.handle.close();
    return await withSymbolFile(target, mapped, symbolFile);
  }
  if (plugin !== undefined) return await readableByGdb(plugin.file);
  throw unopened?.error ?? (await explainAbsence(target, command, others));
}

/**
 * The name under which a process has libinsn mapped, undefined if it has none.
 *
 * Cheaper than `findPlugin` where there is none: libraries of other names are looked into only if
 * the command line says that some plugin was loaded, as it can name a symbolic link.
 *
 * @throws NotPermittedError, UnresolvedCountersError if it has one that can't be opened
 */
export async function locatePlugin(
  target: ProcessFacts,
  command: QemuCommand,
): Promise<string | undefined> {
  const extent = command.plugins.length > 0 ? 'all' : 'named';
  const { plugin, unopened } = await search(target, command, { extent, buildId: undefined });
  await plugin?.file.handle.close();
  if (unopened !== undefined) throw unopened.error;
  return plugin?.mapped.path;
}

/** How to search. */
interface SearchOptions {
  /** Whether to look into libraries that are not named as a plugin of this process. */
  readonly extent: 'named' | 'all';
  /** Of a file whose user says that it is libinsn. */
  readonly buildId: string | undefined;
}

/** What a search came across. */
interface Search {
  readonly plugin?: { readonly mapped: MappedFile; readonly file: PluginFile };
  /** A file that is named as libinsn is, and why it could not be opened. */
  readonly unopened?: { readonly mapped: MappedFile; readonly error: Error };
  /** Plugins that are not libinsn, or that can't be told to be it. */
  readonly others: readonly OtherPlugin[];
}

/** The plugin may have any name; only when no name tells are all libraries looked into. */
async function search(
  target: ProcessFacts,
  command: QemuCommand,
  options: SearchOptions,
): Promise<Search> {
  const files = await mappedFiles(target);
  const named = files.filter((file) => isNamed(file, command));
  const unnamed = options.extent === 'all' ? files.filter((file) => !named.includes(file)) : [];
  let unopened: Search['unopened'];
  const others: OtherPlugin[] = [];
  for (const mapped of [...named, ...unnamed]) {
    const opened = await openMapped(target.pid, mapped);
    if (opened.kind !== 'opened') {
      if (named.includes(mapped)) {
        unopened ??= { mapped, error: await explainUnopened(target, mapped, opened) };
      }
      continue;
    }
    const { elf, handle, isSame } = opened;
    if (isInsn(elf, mapped, options)) {
      const loadBias = mapped.base.start - elf.firstLoadAddress;
      const { path } = mapped;
      const file = { mappedPath: path, name: path, handle, elf, loadBias, needsProof: !isSame };
      return { plugin: { mapped, file }, others };
    }
    await handle.close();
    if (isPlugin(elf)) others.push({ path: mapped.path, isStripped: !elf.hasSymbolTable });
  }
  return { ...(unopened === undefined ? {} : { unopened }), others };
}

/** The command line of a QEMU process, with what its environment adds to it. */
export async function readQemuCommand(target: ProcessFacts): Promise<QemuCommand> {
  const plugin = await readEnvironment(target.pid, 'QEMU_PLUGIN');
  return parseQemuCommand(
    [target.executable, ...target.argv.slice(1)],
    plugin === undefined ? {} : { QEMU_PLUGIN: plugin },
  );
}

async function mappedFiles(target: ProcessFacts): Promise<readonly MappedFile[]> {
  let text: Buffer;
  try {
    text = await readMaps(target.pid);
  } catch {
    throw await explainRefusal(target);
  }
  return groupByFile(parseMaps(text)).filter((file) =>
    file.mappings.some((mapping) => mapping.executable),
  );
}

function isNamed(file: MappedFile, command: QemuCommand): boolean {
  return (
    hasInsnName(file) ||
    command.plugins.some((plugin) => basename(plugin.file) === basename(file.path))
  );
}

function isPlugin(elf: ElfFile): boolean {
  return elf.exports.has(PLUGIN_ENTRY);
}

/** Without symbols the name must do, or what the user says; a debug file may still tell more. */
function isInsn(elf: ElfFile, mapped: MappedFile, { buildId }: SearchOptions): boolean {
  if (!isPlugin(elf)) return false;
  if (elf.hasSymbolTable) return hasInsnVariables(elf);
  return hasInsnName(mapped) || (buildId !== undefined && elf.buildId?.hex === buildId);
}

/** libbb counts instructions too, in variables of the same names: it is told by its own. */
function hasInsnVariables(elf: ElfFile): boolean {
  const has = (name: string): boolean => elf.objects.has(name) || elf.ambiguousObjects.has(name);
  return has('do_inline') && [...counterNames].some(has) && !has('bb_count');
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
