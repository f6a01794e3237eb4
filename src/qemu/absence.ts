import { type IcountError, NoPluginError, UnresolvedCountersError } from '../errors.js';
import { findDescendants } from '../proc/children.js';
import type { MappedFile } from '../proc/maps.js';
import { explainRefusal } from '../proc/permission.js';
import { type ProcessFacts, readArguments } from '../proc/process.js';
import { printable } from '../text/printable.js';
import type { QemuCommand } from './command-line.js';
import { seemsToHavePlugin } from './insn-name.js';
import { describeElfFailure, type MappedElf } from './mapped-elf.js';

/** A QEMU plugin that is not libinsn, or that can't be told to be it. */
export interface OtherPlugin {
  readonly path: string;
  /** Nothing but its name could tell what it is. */
  readonly isStripped: boolean;
}

/** Why there is no libinsn to watch in a process, and where there may be one. */
export async function explainAbsence(
  target: ProcessFacts,
  command: QemuCommand,
  otherPlugins: readonly OtherPlugin[],
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
      other.isStripped
        ? `has a plugin loaded (${printable(other.path)}) that is stripped of its symbols and not named libinsn.so`
        : `has a plugin loaded (${printable(other.path)}), but it is not libinsn`,
      other.isStripped
        ? 'if it is libinsn, point --plugin-file at an unstripped copy'
        : 'start QEMU with: -plugin /path/to/libinsn.so,inline=on',
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

/** Why a file that is named as libinsn is was not opened. */
export async function explainUnopened(
  target: ProcessFacts,
  mapped: MappedFile,
  met: Exclude<MappedElf, { readonly kind: 'opened' }>,
): Promise<IcountError> {
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
