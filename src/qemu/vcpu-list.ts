import { type FileHandle, open } from 'node:fs/promises';
import { type ProgramVariables, readProgramVariables } from '../elf/elf.js';
import { fileSource } from '../elf/source.js';
import { decodeUnsigned, type WordFormat } from '../memory.js';
import { readAuxv } from '../proc/process.js';
import { ProcessMemory } from '../proc/process-memory.js';

/**
 * Variables of QEMU itself (hw/core/cpu-common.c, accel/tcg/tcg-all.c, hw/core/machine.c). A QEMU that
 * takes plugins has to export its symbols, and with modules it exports all that there are; one that
 * was built by its user has not been stripped.
 */
const LISTS = ['cpus_queue', 'cpus'] as const;
const PARALLEL = 'mttcg_enabled';
const MACHINE = 'current_machine';

/** Where the program begins in memory (elf.h). */
const AT_ENTRY = 9n;

/** Beyond these what we follow is no list of vCPUs. */
const MAX_VCPUS = 10_000;

/** By file: most guests of a host run the same, and its symbols are some ten thousands. */
const programs = new Map<string, Promise<ProgramVariables>>();

async function readVariables(handle: FileHandle): Promise<ProgramVariables> {
  const names = new Set([...LISTS, PARALLEL, MACHINE]);
  return await readProgramVariables(await fileSource(handle), names);
}

/** Where a process's program begins, wherever that was loaded; undefined if it is not to be found. */
function entryInMemory(pid: number, { wordBytes, byteOrder }: WordFormat): bigint | undefined {
  const vector = readAuxv(pid) ?? Buffer.of();
  for (let at = 0; at + 2 * wordBytes <= vector.length; at += 2 * wordBytes) {
    if (decodeUnsigned(vector, at, wordBytes, byteOrder) === AT_ENTRY) {
      return decodeUnsigned(vector, at + wordBytes, wordBytes, byteOrder);
    }
  }
  return undefined;
}

/** What QEMU's own list says at one moment. */
export interface ListedVcpus {
  readonly count: number;
  /** Whether each has a thread of its own (MTTCG); undefined where it is not to be found. */
  readonly parallel: boolean | undefined;
}

/**
 * The list in which QEMU keeps its vCPUs, all that there are and no others, whatever the command line,
 * the board or a configuration file has asked for.
 */
export class VcpuList {
  readonly #pid: number;
  readonly #elf: ProgramVariables;
  readonly #biasBytes: bigint;

  private constructor(pid: number, elf: ProgramVariables, biasBytes: bigint) {
    this.#pid = pid;
    this.#elf = elf;
    this.#biasBytes = biasBytes;
  }

  /** By QEMU's executable. Undefined if it can't be read. */
  static async find(pid: number): Promise<VcpuList | undefined> {
    try {
      const handle = await open(`/proc/${pid}/exe`);
      try {
        const { dev, ino, mtimeNs } = await handle.stat({ bigint: true });
        const key = `${dev} ${ino} ${mtimeNs}`;
        const reading = programs.get(key) ?? readVariables(handle);
        programs.set(key, reading);
        reading.catch(() => programs.delete(key));
        const elf = await reading;
        const entry = entryInMemory(pid, elf);
        return entry === undefined ? undefined : new VcpuList(pid, elf, entry - elf.entry);
      } finally {
        await handle.close();
      }
    } catch {
      return undefined;
    }
  }

  /** Whether it is a QEMU of the system mode, told by what only those have. */
  get isOfSystem(): boolean {
    return this.#addressOf(MACHINE) !== undefined;
  }

  /** Undefined if the list is not there, may not be read, or is being changed at this moment. */
  async read(): Promise<ListedVcpus | undefined> {
    const head = this.#addressOf(...LISTS);
    const flag = this.#addressOf(PARALLEL);
    const memory = head === undefined ? undefined : await ProcessMemory.open(this.#pid);
    if (head === undefined || memory === undefined) return undefined;
    try {
      const count = await this.#walk(memory, head);
      const parallel = flag === undefined ? undefined : await memory.read(flag, 1);
      return count === undefined
        ? undefined
        : { count, parallel: parallel === undefined ? undefined : parallel[0] !== 0 };
    } finally {
      await memory.close();
    }
  }

  /**
   * A QTAILQ (include/qemu/queue.h, since 4.0): the head and every element have a link of two pointers,
   * of which the second leads to the link before, and from the head to the last. So it can be walked
   * backwards without knowing where in an element its link is.
   */
  async #walk(memory: ProcessMemory, head: bigint): Promise<number | undefined> {
    let link = await this.#previous(memory, head);
    for (let count = 0; link !== undefined && count < MAX_VCPUS; count += 1) {
      if (link === head) return count === 0 ? undefined : count;
      link = await this.#previous(memory, link);
    }
    return undefined;
  }

  async #previous(memory: ProcessMemory, link: bigint): Promise<bigint | undefined> {
    const { wordBytes, byteOrder } = this.#elf;
    const bytes = await memory.read(link + BigInt(wordBytes), wordBytes);
    return bytes === undefined ? undefined : decodeUnsigned(bytes, 0, wordBytes, byteOrder);
  }

  #addressOf(...names: readonly string[]): bigint | undefined {
    for (const name of names) {
      const symbol = this.#elf.variables.get(name);
      if (symbol !== undefined) return symbol.addressBytes + this.#biasBytes;
    }
    return undefined;
  }
}
