import {
  ENDED_MEANWHILE,
  type IcountError,
  NoPluginError,
  NoSuchProcessError,
  UnresolvedCountersError,
} from '../errors.js';
import { EITHER_PLUGIN, type PluginKind, pluginNames } from '../layout/layout.js';
import type { MappedFile } from '../proc/maps.js';
import { explainRefusal } from '../proc/permission.js';
import { isExiting, type ProcessFacts, readArguments } from '../proc/process.js';
import { findDescendants } from '../proc/processes.js';
import { printable } from '../text/printable.js';
import type { QemuCommand } from './command-line.js';
import { describeElfFailure, type MappedElf } from './mapped-elf.js';
import { type LoadedPlugin, seemsToHavePlugin } from './plugin-file.js';

/** A QEMU plugin that doesn't count, or that can't be told to. */
export interface OtherPlugin {
  readonly mapped: MappedFile;
  /** Nothing but its name could tell what it is. */
  readonly isStripped: boolean;
}

/** How to start QEMU: with the plugin that costs a guest least. */
const OPTION = '-plugin /path/to/libbb.so,inline=on';

/** Why there is no counting plugin to read in a process, and where there may be one. */
export async function explainAbsence(
  target: ProcessFacts,
  command: QemuCommand,
  otherPlugins: readonly OtherPlugin[],
): Promise<IcountError> {
  const { pid } = target;
  if (isExiting(pid)) return new NoSuchProcessError(pid, ENDED_MEANWHILE);
  for (const child of await findDescendants(pid)) {
    if (await seemsToHavePlugin(child)) {
      const argv = (await readArguments(child)).join(' ');
      return new NoPluginError(
        pid,
        `has no counting plugin loaded, but its child process ${child} has (${printable(argv.slice(0, 80))})`,
        `watch that one: icount-gdb ${child}`,
      );
    }
  }
  const [other] = otherPlugins;
  if (other !== undefined) {
    const path = printable(other.mapped.path);
    return new NoPluginError(
      pid,
      other.isStripped
        ? `has a plugin loaded (${path}) that is stripped of its symbols and named neither libinsn.so nor libbb.so`
        : `has a plugin loaded (${path}), but it is neither libinsn nor libbb`,
      other.isStripped
        ? 'if it is one of them, point --plugin-file at an unstripped copy'
        : `start QEMU with: ${OPTION}`,
    );
  }
  return new NoPluginError(
    pid,
    command.kind === undefined
      ? `is no QEMU with ${EITHER_PLUGIN}: it runs ${printable(target.executable)}`
      : `is a QEMU (${printable(target.executable)}) without ${EITHER_PLUGIN}`,
    command.kind === undefined
      ? 'icount-gdb list shows the guests of this host'
      : `a plugin is loaded when QEMU starts: start it with ${OPTION}`,
  );
}

/** The plugin of the user's choice is not there, but another one is. */
export function explainUnwanted(
  pid: number,
  wanted: PluginKind,
  loaded: readonly LoadedPlugin[],
): NoPluginError {
  const [other] = loaded;
  const found = loaded.map(({ kind, path }) => `${pluginNames[kind]} (${printable(path)})`);
  return new NoPluginError(
    pid,
    `has no ${pluginNames[wanted]} loaded, but ${found.join(' and ')}`,
    other === undefined ? 'leave --plugin out' : `--plugin ${pluginNames[other.kind]} reads that`,
  );
}

/** Why a file that is named as a counting plugin is was not opened. */
export async function explainUnopened(
  target: ProcessFacts,
  mapped: MappedFile,
  met: Exclude<MappedElf, { readonly kind: 'opened' }>,
): Promise<IcountError> {
  if (isExiting(target.pid)) return new NoSuchProcessError(target.pid, ENDED_MEANWHILE);
  const what = mapped.deleted
    ? 'it was deleted or replaced since QEMU loaded it'
    : 'it is not to be found or may not be opened where QEMU loaded it from';
  switch (met.kind) {
    case 'forbidden':
      return await explainRefusal(target);
    case 'unreadable':
    case 'unreachable':
      return new UnresolvedCountersError(
        printable(mapped.path),
        met.kind === 'unreadable' ? describeElfFailure(met.error) : what,
        'point --plugin-file at a copy of the file that QEMU loaded',
      );
    default:
      return met satisfies never;
  }
}
