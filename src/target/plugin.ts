import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ElfFile, readElf, type WantedNames } from '../elf/elf.js';
import { machineName } from '../elf/machine.js';
import { MalformedElfError } from '../elf/malformed.js';
import { fileSource } from '../elf/source.js';
import { NoPluginError, UnresolvedCountersError } from '../errors.js';
import { VARIABLE_NAMES } from '../layout/variable.js';
import { printable } from '../output/printable.js';
import { findDescendants } from './children.js';
import { parseQemuCommand, type QemuCommand } from './cmdline.js';
import { groupByFile, type MappedFile, parseMaps } from './maps.js';
import { explainRefusal } from './permission.js';
import { type ProcessFacts, readArguments, readEnvironment, readMaps } from './proc.js';

/** What every QEMU plugin exports (QEMU, include/qemu/qemu-plugin.h). */
const PLUGIN_ENTRY = 'qemu_plugin_install';

const WANTED: WantedNames = {
  objects: new Set(VARIABLE_NAMES),
  exports: new Set([PLUGIN_ENTRY]),
};

/** libinsn as a process has it mapped, and the file to take its symbols from. */
export interface PluginFile {
  /** The name under which it is mapped, in the process's own file system. */
  readonly mappedPath: string;
  /** What to call the file that the symbols come from. */
  readonly name: string;
  /** The file itself, open. The caller closes it. */
  readonly handle: FileHandle;
  readonly elf: ElfFile;
  /** What is to be added to link-time addresses. */
  readonly loadBias: bigint;
  /** Not known to be the very file that is mapped: its build-id must be found in memory. */
  readonly needsProof: boolean;
}

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
  const files = await mappedFiles(target);
  const named = files.filter((file) => isNamed(file, command));
  const others: string[] = [];
  // The plugin may have any name; only when no name tells are all libraries looked into.
  for (const candidates of [named, files.filter((file) => !named.includes(file))]) {
    for (const mapped of candidates) {
      const found = await examine(target.pid, mapped, candidates === named);
      if (found === 'other-plugin') others.push(mapped.path);
      if (typeof found === 'object') {
        return symbolFile === undefined ? found : await withSymbolFile(target, mapped, symbolFile);
      }
    }
  }
  throw await explainAbsence(target, command, others);
}

/** The command line of a QEMU process, with what its environment adds to it. */
export async function readQemuCommand(target: ProcessFacts): Promise<QemuCommand> {
  const plugin = await readEnvironment(target.pid, 'QEMU_PLUGIN');
  return parseQemuCommand(
    [target.executable, ...target.argv.slice(1)],
    plugin === undefined ? {} : { QEMU_PLUGIN: plugin },
  );
}

/** Whether a process has a file mapped that is named as libinsn is; false if it can't be read. */
export async function seemsToHavePlugin(pid: number): Promise<boolean> {
  const text = await readMaps(pid).catch(() => undefined);
  return text !== undefined && groupByFile(parseMaps(text)).some(hasInsnName);
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

function hasInsnName(file: MappedFile): boolean {
  return /insn[^/]*\.so/.test(basename(file.path));
}

/** A file that is libinsn, or 'other-plugin', or undefined for a file that is no plugin. */
async function examine(
  pid: number,
  mapped: MappedFile,
  isNamed: boolean,
): Promise<PluginFile | 'other-plugin' | undefined> {
  const opened = await openMapped(pid, mapped, isNamed);
  if (opened === undefined) return undefined;
  const { elf } = opened;
  // Without symbols its name must do; a separate debug file may still tell more.
  const isPlugin = elf.exports.has(PLUGIN_ENTRY);
  const isInsn = elf.hasSymbolTable ? hasInsnVariables(elf) : isNamed && hasInsnName(mapped);
  if (isPlugin && isInsn) return opened;
  await opened.handle.close();
  return isPlugin ? 'other-plugin' : undefined;
}

/** libbb counts instructions too, in variables of the same names: it is told by its own. */
function hasInsnVariables(elf: ElfFile): boolean {
  const has = (name: string): boolean => elf.objects.has(name) || elf.ambiguousObjects.has(name);
  return has('do_inline') && (has('insn_count') || has('inline_insn_count')) && !has('bb_count');
}

/**
 * The ELF file behind a mapping. By its path in the process's own file system if that leads to
 * the mapped inode, else through /proc/PID/map_files, which takes privileges; at last by its
 * path all the same, to be proved by the build-id in memory.
 */
async function openMapped(
  pid: number,
  mapped: MappedFile,
  isNamed: boolean,
): Promise<PluginFile | undefined> {
  const byPath = Buffer.concat([Buffer.from(`/proc/${pid}/root`), mapped.pathBytes]);
  const { start, end } = mapped.base;
  const byMapping = Buffer.from(`/proc/${pid}/map_files/${start.toString(16)}-${end.toString(16)}`);
  const isSame = !mapped.deleted && (await readInode(byPath)) === mapped.inode;
  const files = isSame ? [byPath] : [byMapping, byPath];
  for (const file of files) {
    try {
      const { handle, elf } = await openElf(file);
      const loadBias = start - elf.firstLoadAddress;
      const needsProof = !isSame && file === byPath;
      return { mappedPath: mapped.path, name: mapped.path, handle, elf, loadBias, needsProof };
    } catch (error) {
      if (error instanceof MalformedElfError && isNamed && isSame) {
        throw new UnresolvedCountersError(printable(mapped.path), error.reason);
      }
    }
  }
  if (!isNamed) return undefined;
  throw new UnresolvedCountersError(
    printable(mapped.path),
    mapped.deleted
      ? 'it was deleted or replaced since QEMU loaded it'
      : 'it is not to be found or may not be opened where QEMU loaded it from',
    'point --plugin-file at a copy of the file that QEMU loaded',
  );
}

/** Takes the symbols from a file of the user's choice, if it can be of the same build. */
async function withSymbolFile(
  target: ProcessFacts,
  mapped: MappedFile,
  symbolFile: string,
): Promise<PluginFile> {
  const file = Buffer.from(symbolFile);
  const { handle, elf } = await openElf(file).catch((error: unknown) => {
    throw new UnresolvedCountersError(
      symbolFile,
      error instanceof MalformedElfError ? error.reason : `it can't be read (${describe(error)})`,
      'give --plugin-file an unstripped copy of the libinsn.so that QEMU loaded',
    );
  });
  const machine = await machineOf(target.pid);
  if (machine !== undefined && elf.machine !== machine) {
    await handle.close();
    throw new UnresolvedCountersError(
      symbolFile,
      `it is for ${machineName(elf.machine)}, and the QEMU of process ${target.pid} for ${machineName(machine)}`,
      'give --plugin-file a copy of the libinsn.so that QEMU loaded',
    );
  }
  return {
    mappedPath: mapped.path,
    name: symbolFile,
    handle,
    elf,
    loadBias: mapped.base.start - elf.firstLoadAddress,
    needsProof: (await readInode(file)) !== mapped.inode,
  };
}

async function openElf(file: Buffer): Promise<{ handle: FileHandle; elf: ElfFile }> {
  const handle = await open(file, 'r');
  try {
    return { handle, elf: await readElf(await fileSource(handle), WANTED) };
  } catch (error) {
    await handle.close();
    throw error;
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

function describe(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

async function readInode(file: Buffer): Promise<bigint | undefined> {
  const stats = await stat(file, { bigint: true }).catch(() => undefined);
  return stats?.ino;
}

async function explainAbsence(
  target: ProcessFacts,
  command: QemuCommand,
  otherPlugins: readonly string[],
): Promise<NoPluginError> {
  const { pid } = target;
  for (const child of await findDescendants(pid)) {
    if (await seemsToHavePlugin(child)) {
      const argv = (await readArguments(child)).join(' ');
      return new NoPluginError(
        pid,
        `has no libinsn loaded, but its child process ${child} has (${printable(argv.slice(0, 80))})`,
        `watch that one: icount-gdb ${child}`,
      );
    }
  }
  const [other] = otherPlugins;
  if (other !== undefined) {
    return new NoPluginError(
      pid,
      `has a plugin loaded (${printable(other)}), but it is not libinsn`,
      'start QEMU with: -plugin /path/to/libinsn.so,inline=on',
    );
  }
  return new NoPluginError(
    pid,
    command.kind === undefined
      ? `is no QEMU with libinsn loaded: it runs ${printable(target.executable)}`
      : `is a QEMU (${printable(target.executable)}) without libinsn`,
    command.kind === undefined
      ? 'find the QEMU to watch with: pgrep -a qemu'
      : 'a plugin is loaded when QEMU starts: start it with -plugin /path/to/libinsn.so,inline=on',
  );
}
