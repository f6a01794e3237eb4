import { NoSuchProcessError, UnresolvedCountersError } from '../errors.js';
import { isGdbFailure } from '../gdb/failure.js';
import { readVariables } from '../gdb/symbols.js';
import { type LayoutMatch, type Mode, pluginNames } from '../layout/layout.js';
import { selectLayout, whatIsKnown } from '../layout/layouts.js';
import type { Variables } from '../layout/variable.js';
import type { Messages } from '../messages.js';
import { type ProcessFacts, readProcess } from '../proc/process.js';
import { hasEnded, readThreads } from '../proc/threads.js';
import type { QemuCommand } from '../qemu/command-line.js';
import { findPlugin, type PluginChoice, readQemuCommand } from '../qemu/plugin.js';
import type { PluginFile } from '../qemu/plugin-file.js';
import { printable } from '../text/printable.js';
import { Attachment } from './attachment.js';
import { GuestReader } from './reader.js';
import { chooseSampler, type SamplerChoice, type SamplerKind } from './sampler-choice.js';
import { Vcpus } from './vcpus.js';

/** What the user chose about how a guest is looked at. */
export interface GuestOptions extends PluginChoice {
  readonly gdb: string;
  readonly mode: 'auto' | Mode;
  readonly sampler: SamplerChoice;
}

/** What a guest tells while it is looked at. */
export interface GuestEvents {
  readonly onNotice: (text: string) => void;
  readonly onOver: () => void;
  readonly onLine: ((direction: 'sent' | 'received', line: string) => void) | undefined;
  /** A gdb that had ended or hung was replaced. */
  readonly onGdbReplaced?: (() => void) | undefined;
}

/** All that a guest tells, told to the user; nobody waits for its end. */
export function eventsOf(messages: Messages): GuestEvents {
  return { onNotice: messages.notice, onOver: () => {}, onLine: messages.conversation };
}

/** A guest whose counters are resolved from its files; nothing has touched it yet. */
export interface ResolvedGuest {
  readonly target: ProcessFacts;
  readonly command: QemuCommand;
  readonly plugin: PluginFile;
  readonly variables: Variables;
  readonly match: LayoutMatch;
  /** From `reader.attach` to `leave`. */
  readonly attachment: Attachment;
  readonly reader: GuestReader;
  readonly sampler: SamplerKind;
  readonly vcpus: Vcpus;
  /** Leaves it running. To be called once, whatever happened. */
  leave(): Promise<void>;
}

/**
 * Finds the counting plugin in a process and where its counters are, by the process's files alone.
 *
 * @throws an IcountError that says what is missing
 */
export async function resolveGuest(
  pid: number,
  options: GuestOptions,
  events: GuestEvents,
): Promise<ResolvedGuest> {
  const target = await readProcess(pid);
  // The main thread may have ended before the others.
  if (target.state === 'Z' && hasEnded(readThreads(pid))) {
    throw new NoSuchProcessError(pid, 'has ended (a zombie, not yet collected by its parent)');
  }
  const command = await readQemuCommand(target);
  const plugin = await findPlugin(target, command, options);
  if (
    plugin.needsVerification &&
    plugin.name === plugin.mappedPath &&
    target.uid !== process.getuid?.()
  ) {
    events.onNotice(
      `${plugin.name} was opened by its name, in a place of user ${target.uid}: QEMU may have loaded another file, which its ${plugin.elf.buildId === undefined ? 'code' : 'build-id'} will tell`,
    );
  }
  const { startTicks } = target;
  let attachment: Attachment | undefined;
  const leave = async (): Promise<void> => {
    await attachment?.leave();
    await plugin.handle.close();
  };
  try {
    // Reads QEMU's symbols, which are many, while gdb starts.
    const vcpus = new Vcpus({ target, command });
    attachment = await Attachment.open({
      gdbCommand: options.gdb,
      pluginFd: plugin.handle.fd,
      pid,
      startTicks,
      ...events,
    });
    const sampler = chooseSampler(options.sampler, options.gdb, attachment.gdb.noSampler);
    const variables = await attachment.ask((session) => readVariables(session, plugin.elf));
    if (variables.size === 0) throw withoutVariables(plugin);
    if (!variables.has('do_inline')) throw withoutMode(plugin);
    const { wordBytes } = plugin.elf;
    const match = selectLayout(variables, wordBytes, printable(plugin.name), plugin.kind);
    const reader = new GuestReader(pid, attachment);
    return {
      ...{ target, command, plugin, variables, match, attachment, reader, sampler, vcpus },
      leave,
    };
  } catch (error) {
    await leave();
    throw isGdbFailure(error)
      ? new UnresolvedCountersError(printable(plugin.name), error.message)
      : error;
  }
}

/** Every libinsn and libbb has this switch: one without would have its mode guessed. */
function withoutMode({ name, kind }: PluginFile): UnresolvedCountersError {
  return new UnresolvedCountersError(
    printable(name),
    'it has no variable do_inline, by which a plugin says how it counts',
    whatIsKnown(kind),
  );
}

function withoutVariables({ name, kind, elf }: PluginFile): UnresolvedCountersError {
  const { buildId, hasSymbolTable, ambiguousObjects } = elf;
  if (hasSymbolTable) {
    const [twice] = ambiguousObjects;
    return new UnresolvedCountersError(
      printable(name),
      twice === undefined
        ? `it has none of the variables of ${pluginNames[kind]}`
        : `it has more than one variable ${twice}`,
      `point --plugin-file at a copy of the ${pluginNames[kind]}.so that QEMU loaded`,
    );
  }
  return new UnresolvedCountersError(
    printable(name),
    'it has been stripped of its symbols',
    `point --plugin-file at an unstripped copy${buildId === undefined ? '' : ` with the build-id ${buildId.hex}`}`,
  );
}
