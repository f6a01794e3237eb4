import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { UnresolvedCountersError } from '../errors.js';
import { type ProcessFacts, readProcess, readStartTicks } from '../proc/process.js';
import { listProcesses } from '../proc/processes.js';
import { parseQemuCommand, type QemuCommand } from './command-line.js';
import { locatePlugin, readQemuCommand } from './plugin.js';
import { kindByName, type LocatedPlugin } from './plugin-file.js';

/** A QEMU that has a counting plugin loaded. */
export interface FoundGuest {
  readonly pid: number;
  readonly target: ProcessFacts;
  readonly command: QemuCommand;
  readonly plugin: LocatedPlugin;
}

/** What a look at all processes of this host shows. */
export interface Survey {
  /** By pid. */
  readonly guests: readonly FoundGuest[];
  /** QEMUs that we may not look into: whether they have a counting plugin can't be told. */
  readonly inaccessible: number;
}

/** How many processes are looked at at a time: reads of /proc wait for each other in the kernel. */
const CONCURRENCY = 16;

/** Every guest on this host that we may look into. */
export async function findGuests(): Promise<readonly FoundGuest[]> {
  return (await surveyGuests()).guests;
}

/**
 * Looks for guests by files of /proc alone; no process is touched.
 *
 * On a host with thousands of processes the maps of each would take seconds, so only those are
 * read that look like a QEMU: by the name of the executable, by `argv[0]`, by the name that the
 * process has given itself, or by an argument `-plugin`. A QEMU of another name that got its
 * plugin from the environment is not found; it can be watched by its pid all the same.
 */
export async function surveyGuests(): Promise<Survey> {
  const pids = [...(await listProcesses())].sort((one, other) => one - other);
  const looks = await mapBounded(pids, lookAt);
  return {
    guests: looks.filter((look) => typeof look === 'object'),
    inaccessible: looks.filter((look) => look === 'inaccessible').length,
  };
}

/** A guest, a QEMU that we may not look into, or nothing of the kind. */
export async function lookAt(pid: number): Promise<FoundGuest | 'inaccessible' | undefined> {
  const resemblance = resembleQemu(pid);
  if (resemblance === undefined) return undefined;
  try {
    const target = await readProcess(pid);
    const command = await readQemuCommand(target);
    const plugin = await whereIsPlugin(target, command);
    return plugin === undefined ? undefined : { pid, target, command, plugin };
  } catch {
    if (resemblance === 'argument' || readStartTicks(pid) === undefined) return undefined;
    return 'inaccessible';
  }
}

async function whereIsPlugin(
  target: ProcessFacts,
  command: QemuCommand,
): Promise<LocatedPlugin | undefined> {
  try {
    return await locatePlugin(target, command);
  } catch (error) {
    // It has one, though a poll will need --plugin-file.
    if (error instanceof UnresolvedCountersError) {
      return { kind: kindByName(error.file) ?? 'insn', path: error.file, otherPlugins: [] };
    }
    throw error;
  }
}

/** `Promise.all` over a function, with no more than a few under way. */
async function mapBounded<T, R>(
  items: readonly T[],
  map: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await map(item);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return results;
}

/**
 * Why a process may be a QEMU; undefined if nothing says so, or it has ended.
 *
 * Asked of every process of a host: to read these files synchronously takes a tenth of what another
 * thread of ours takes. Only cmdline can make us wait, as it does ps(1): for a process whose memory is
 * locked. It is read last.
 */
export function resembleQemu(pid: number): 'name' | 'argument' | undefined {
  const executable = attempt(() => readlinkSync(`/proc/${pid}/exe`));
  if (isQemu(executable ?? '')) return 'name';
  const argv = (attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '').split('\0');
  // A kernel thread, or a zombie.
  if (argv[0] === '' && argv.length === 1) return undefined;
  if (isQemu(argv[0] ?? '')) return 'name';
  if (argv.some((argument) => /^--?plugin$/.test(argument))) return 'argument';
  // What else may have any name: `qemu-system-x86_64 -name process=…`.
  const name = executable ?? attempt(() => readFileSync(`/proc/${pid}/comm`, 'utf8')) ?? '';
  return isQemu(name) ? 'name' : undefined;
}

/** The names that QEMU's emulators are known by; not qemu-img, qemu-nbd and the like. */
function isQemu(path: string): boolean {
  return parseQemuCommand([basename(path.trim())]).kind !== undefined;
}

/** Undefined if the process is gone, or that may not be read of it. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
