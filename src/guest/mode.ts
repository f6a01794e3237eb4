import { basename } from 'node:path';
import type { Counting, Mode } from '../layout/layout.js';
import type { Memory } from '../memory.js';
import type { QemuCommand } from '../qemu/command-line.js';
import type { ResolvedGuest } from './resolve-guest.js';

/**
 * How the plugin counts: by its own variables `do_inline` and, of the layout that has it,
 * `max_cpus`; or failing that by QEMU's command line.
 */
export async function readCounting(guest: ResolvedGuest, memory: Memory): Promise<Counting> {
  const stated = commandLineCounting(guest);
  const [inline] = (await readVariable(guest, memory, 'do_inline', 1)) ?? [];
  const maxCpus = await readVariable(guest, memory, 'max_cpus', 4);
  return {
    mode: inline === 0 || inline === 1 ? (inline === 1 ? 'inline' : 'percpu') : stated.mode,
    perVcpu: maxCpus === undefined ? stated.perVcpu : maxCpus.some((byte) => byte !== 0),
  };
}

async function readVariable(
  guest: ResolvedGuest,
  memory: Memory,
  name: string,
  lengthBytes: number,
): Promise<Buffer | undefined> {
  const variable = guest.variables.get(name);
  if (variable === undefined) return undefined;
  const address = variable.addressBytes + guest.plugin.loadBias;
  const { pieces } = await memory.read([{ address, lengthBytes }]);
  return pieces[0];
}

/** The same by QEMU's command line, where the process itself is not to be asked. */
export function commandLineCounting({ command, plugin }: ResolvedGuest): Counting {
  const others = plugin.otherPlugins.map(({ path }) => path);
  const mode = commandLineMode(command, plugin.mappedPath, others);
  return { mode, perVcpu: mode === 'percpu' && command.kind !== 'user' };
}

/**
 * A plugin's mode by QEMU's command line, which may have named it by a symbolic link: then it is the
 * one that none of the `others`, which count in the same process, is.
 */
export function commandLineMode(
  { plugins }: Pick<QemuCommand, 'plugins'>,
  mappedPath: string,
  others: readonly string[],
): Mode {
  const isNamed = (file: string, path: string): boolean => basename(file) === basename(path);
  const options = [
    plugins.filter(({ file, realFile }) => (realFile ?? file) === mappedPath),
    plugins.filter(({ file }) => isNamed(file, mappedPath)),
    plugins.filter(({ file }) => !others.some((other) => isNamed(file, other))),
  ].find(({ length }) => length > 0);
  return options?.some(({ inline }) => inline === true) ? 'inline' : 'percpu';
}
