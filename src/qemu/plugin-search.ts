import { basename } from 'node:path';
import type { ElfFile } from '../elf/elf.js';
import type { PluginKind } from '../layout/layout.js';
import { groupByFile, type MappedFile, parseMaps } from '../proc/maps.js';
import { explainRefusal } from '../proc/permission.js';
import { type ProcessFacts, readMaps } from '../proc/process.js';
import { explainUnopened, type OtherPlugin } from './absence.js';
import type { PluginOption, QemuCommand } from './command-line.js';
import { type OpenElfFile, openMapped, PLUGIN_ENTRY } from './mapped-elf.js';
import { hasSomeVariable, kindByName, kindByVariables } from './plugin-file.js';
import type { SymbolFile } from './symbol-file.js';

/** A counting plugin that was come across, open. */
export interface FoundPlugin extends OpenElfFile {
  readonly mapped: MappedFile;
  readonly kind: PluginKind;
  /** Has symbols, but not all that such a plugin has: only its name says what it is. */
  readonly isUnrecognized: boolean;
  /** Known to be the very file that is mapped. */
  readonly isMappedFile: boolean;
}

/** What is looked for: a search goes on as long as it has not come across that. */
export interface WantedPlugin {
  readonly kind: PluginKind | undefined;
  readonly symbols: SymbolFile | undefined;
}

/** What a search came across. */
export interface PluginSearch {
  /** The caller closes their files. */
  readonly candidates: readonly FoundPlugin[];
  /** A file that is named as the plugin is, and why it could not be opened. */
  readonly unopened?: { readonly mapped: MappedFile; readonly error: Error };
  /** Plugins that don't count, or that can't be told to. */
  readonly others: readonly OtherPlugin[];
}

/**
 * Looks for counting plugins among what a process has mapped. They may have any name; only when the
 * names don't lead to as many plugins as QEMU was given are all libraries looked into.
 *
 * @throws NotPermittedError
 */
export async function searchPlugins(
  target: ProcessFacts,
  command: QemuCommand,
  wanted: WantedPlugin,
  extent: 'named' | 'all' = 'all',
): Promise<PluginSearch> {
  const files = await mappedFiles(target);
  const named = files.filter((file) => isNamed(file, command));
  const candidates: FoundPlugin[] = [];
  const others: OtherPlugin[] = [];
  let unopened: PluginSearch['unopened'];
  const lookAt = async (mapped: MappedFile): Promise<void> => {
    const opened = await openMapped(target.pid, mapped);
    if (opened.kind !== 'opened') {
      const kind = kindByName(mapped.path);
      if (!named.includes(mapped) || kind !== (wanted.kind ?? kind)) return;
      unopened ??= { mapped, error: await explainUnopened(target, mapped, opened) };
      return;
    }
    const { elf, handle, isMappedFile } = opened;
    const kind = countingKind(elf, mapped, wanted.symbols);
    if (kind !== undefined) {
      candidates.push({ mapped, elf, handle, isMappedFile, ...kind });
      return;
    }
    await handle.close();
    if (isPlugin(elf)) others.push({ mapped, isStripped: !elf.hasSymbolTable });
  };
  for (const mapped of named) await lookAt(mapped);
  // One that QEMU was given by the name of a link may be the one that is read first.
  const areNamed = command.plugins.every((plugin) =>
    named.some(({ path }) => isFileOf(plugin, path)),
  );
  const unnamed = extent === 'all' ? files.filter((file) => !named.includes(file)) : [];
  for (const mapped of unnamed) {
    const isThere = candidates.some(({ kind }) => kind === (wanted.kind ?? kind));
    if (isThere && areNamed) break;
    await lookAt(mapped);
  }
  return { candidates, ...(unopened === undefined ? {} : { unopened }), others };
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
    kindByName(file.path) !== undefined ||
    command.plugins.some((plugin) => isFileOf(plugin, file.path))
  );
}

/** By where its name leads, or else by its name alone. */
function isFileOf({ file, realFile }: PluginOption, path: string): boolean {
  return realFile === path || basename(file) === basename(path);
}

function isPlugin(elf: ElfFile): boolean {
  return elf.exports.has(PLUGIN_ENTRY);
}

/**
 * Without symbols the name decides, or the user's symbol file; a debug file may still tell more. The
 * name also decides for one with only some of our variables; layout selection says what is amiss.
 */
function countingKind(
  elf: ElfFile,
  mapped: MappedFile,
  symbols: SymbolFile | undefined,
): Pick<FoundPlugin, 'kind' | 'isUnrecognized'> | undefined {
  if (!isPlugin(elf)) return undefined;
  const isCopied = symbols?.buildId !== undefined && elf.buildId?.hex === symbols.buildId;
  const known = kindByVariables(elf) ?? (isCopied ? symbols.kind : undefined);
  if (known !== undefined) return { kind: known, isUnrecognized: false };
  const kind = kindByName(mapped.path);
  const isUnrecognized = elf.hasSymbolTable;
  return kind === undefined || (isUnrecognized && !hasSomeVariable(elf))
    ? undefined
    : { kind, isUnrecognized };
}
