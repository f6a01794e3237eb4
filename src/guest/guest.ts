import type { Clock } from '../clock.js';
import { NoSuchProcessError, UnresolvedCountersError, UsageError } from '../errors.js';
import { isGdbFailure } from '../gdb/failure.js';
import { readVariables } from '../gdb/symbols.js';
import type { Counters, LayoutMatch, Memory, Mode } from '../layout/layout.js';
import { selectLayout } from '../layout/select.js';
import type { Variables } from '../layout/variable.js';
import { type ProcessFacts, readProcess } from '../proc/process.js';
import { hasEnded, readThreads } from '../proc/threads.js';
import type { QemuCommand } from '../qemu/command-line.js';
import { findPlugin, type PluginFile, readQemuCommand } from '../qemu/plugin.js';
import { printable } from '../text/printable.js';
import { GuestWatch } from './watch.js';

/** What the user chose about how a guest is looked at. */
export interface GuestOptions {
  readonly gdb: string;
  readonly mode: 'auto' | Mode;
  readonly pluginFile: string | undefined;
}

/** What a guest tells while it is looked at. */
export interface GuestEvents {
  readonly onNotice: (text: string) => void;
  readonly onOver: () => void;
  readonly onLine?: (direction: 'sent' | 'received', line: string) => void;
}

/** A guest whose counters are resolved from its files; nothing has touched it yet. */
export interface ResolvedGuest {
  readonly target: ProcessFacts;
  readonly command: QemuCommand;
  readonly plugin: PluginFile;
  readonly variables: Variables;
  readonly match: LayoutMatch;
  readonly watch: GuestWatch;
}

/**
 * Finds libinsn in a process and where its counters are, by the process's files alone.
 *
 * @throws an IcountError that says what is missing
 */
export async function resolveGuest(
  pid: number,
  options: GuestOptions,
  clock: Clock,
  events: GuestEvents,
): Promise<ResolvedGuest> {
  const target = await readProcess(pid);
  // The main thread may have ended before the others.
  if (target.state === 'Z' && hasEnded(await readThreads(pid))) {
    throw new NoSuchProcessError(pid, 'has ended (a zombie, not yet collected by its parent)');
  }
  const command = await readQemuCommand(target);
  const plugin = await findPlugin(target, command, options.pluginFile);
  if (plugin.needsProof && plugin.name === plugin.mappedPath && target.uid !== process.getuid?.()) {
    events.onNotice(
      `${plugin.name} was opened by its name, in a place of user ${target.uid}: QEMU may have loaded another file, which the build-id will tell`,
    );
  }
  const { startTicks } = target;
  let watch: GuestWatch | undefined;
  try {
    watch = await GuestWatch.open({
      gdbCommand: options.gdb,
      pluginFd: plugin.handle.fd,
      pid,
      startTicks,
      clock,
      ...events,
    });
    const variables = await watch.ask((session) => readVariables(session, plugin.elf));
    if (variables.size === 0) throw stripped(plugin);
    const wordBytes = plugin.elf.wordBits === 64 ? 8 : 4;
    const match = selectLayout(variables, wordBytes, printable(plugin.name));
    return { target, command, plugin, variables, match, watch };
  } catch (error) {
    await watch?.leave();
    await plugin.handle.close();
    throw isGdbFailure(error)
      ? new UnresolvedCountersError(printable(plugin.name), error.message)
      : error;
  }
}

/** How a guest's counters are read, from its memory. */
export interface AttachedGuest {
  readonly counters: Counters;
  /** vCPUs that can run, as far as is known. */
  readonly vcpus: number;
}

/**
 * Attaches, makes sure that the file is the one in memory, and learns libinsn's mode.
 *
 * @throws an IcountError that says why it can't be
 */
export async function attachGuest(
  guest: ResolvedGuest,
  options: GuestOptions,
): Promise<AttachedGuest> {
  const { target, plugin, match, watch } = guest;
  const memory = await watch.attach(plugin.elf);
  if (plugin.needsProof) await proveBuild(guest, memory);
  const mode = options.mode === 'auto' ? await readMode(guest, memory) : options.mode;
  const counters = match.counters(mode, plugin.loadBias);
  if (options.mode === 'percpu' && counters.perVcpu === false) {
    throw new UsageError(
      `--mode percpu: the libinsn of process ${target.pid} (layout ${match.layout}) keeps one count for all vCPUs`,
      'leave --mode away, or use the libinsn of QEMU 7.0 or newer',
    );
  }
  return { counters, vcpus: await countVcpus(guest) };
}

/** Whether libinsn counts inline: its own `do_inline`, or failing that QEMU's command line. */
async function readMode(guest: ResolvedGuest, memory: Memory): Promise<Mode> {
  const variable = guest.variables.get('do_inline');
  if (variable !== undefined) {
    const address = variable.addressBytes + guest.plugin.loadBias;
    const { pieces } = await memory.read([{ address, lengthBytes: 1 }]);
    const [value] = pieces[0] ?? [];
    if (value === 0 || value === 1) return value === 1 ? 'inline' : 'percpu';
  }
  return commandLineMode(guest);
}

/** libinsn's mode by QEMU's command line, where the process itself is not to be asked. */
export function commandLineMode(guest: Pick<ResolvedGuest, 'command'>): Mode {
  const options = guest.command.plugins.filter((plugin) => /insn/.test(plugin.file));
  return options.some((plugin) => plugin.inline === true) ? 'inline' : 'percpu';
}

/**
 * Makes sure that the file that the symbols came from is of the same build as what QEMU loaded.
 *
 * @throws UnresolvedCountersError
 */
async function proveBuild(guest: ResolvedGuest, memory: Memory): Promise<void> {
  const { plugin, target } = guest;
  const file = printable(plugin.name);
  const { buildId } = plugin.elf;
  if (buildId === undefined) {
    throw new UnresolvedCountersError(
      file,
      'it is not the file that QEMU loaded, and has no build-id that could prove it a copy',
    );
  }
  const address = buildId.addressBytes + plugin.loadBias;
  const { pieces } = await memory.read([{ address, lengthBytes: buildId.sizeBytes }]);
  const inMemory = pieces[0]?.toString('hex');
  if (inMemory !== buildId.hex) {
    throw new UnresolvedCountersError(
      file,
      `it is of another build than the libinsn that process ${target.pid} has loaded (build-id ${buildId.hex})`,
      'point --plugin-file at a copy of the file that QEMU loaded',
    );
  }
}

/** System mode says it on the command line; in user mode each guest thread is a vCPU. */
export async function countVcpus(
  guest: Pick<ResolvedGuest, 'command' | 'target'>,
): Promise<number> {
  if (guest.command.kind !== 'user') return guest.command.maxVcpus ?? 1;
  // QEMU itself has one more thread, for RCU (util/rcu.c).
  return Math.max(1, (await readThreads(guest.target.pid)).length - 1);
}

function stripped(plugin: PluginFile): UnresolvedCountersError {
  const { buildId } = plugin.elf;
  return new UnresolvedCountersError(
    printable(plugin.name),
    'it has been stripped of its symbols',
    `point --plugin-file at an unstripped copy${buildId === undefined ? '' : ` with the build-id ${buildId.hex}`}`,
  );
}
