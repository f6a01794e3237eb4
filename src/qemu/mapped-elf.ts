import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, readlink, stat } from 'node:fs/promises';
import { MalformedElfError } from '../elf/checked.js';
import { type ElfFile, readElf, type WantedNames } from '../elf/elf.js';
import { fileSource } from '../elf/source.js';
import { variableNames } from '../layout/layouts.js';
import type { MappedFile } from '../proc/maps.js';
import { errorCode } from '../text/system-error.js';

/** What every QEMU plugin exports (QEMU, include/qemu/qemu-plugin.h). */
export const PLUGIN_ENTRY = 'qemu_plugin_install';

const WANTED: WantedNames = {
  objects: variableNames,
  exports: new Set([PLUGIN_ENTRY]),
};

/** An ELF file, open. */
export interface OpenElfFile {
  readonly handle: FileHandle;
  readonly elf: ElfFile;
}

/** The ELF file behind a mapping, or what was met on the way to it. */
export type MappedElf =
  | ({
      readonly kind: 'opened';
      /** Known to be the very file that is mapped; else its build-id or its code must prove it. */
      readonly isMappedFile: boolean;
    } & OpenElfFile)
  /** `error` comes from reading the very file that is mapped: it is no ELF file that can be read. */
  | { readonly kind: 'unreadable'; readonly error: unknown }
  /** There is no way to it. */
  | { readonly kind: 'unreachable' }
  /** The kernel does not let us look at the process's files. */
  | { readonly kind: 'forbidden' };

/**
 * Opens the file behind a mapping: by a name that leads to what is mapped; else through
 * /proc/PID/map_files, which takes privileges; at last by its name all the same, as a file that
 * may be a copy.
 */
export async function openMapped(pid: number, mapped: MappedFile): Promise<MappedElf> {
  for (const name of namesOf(pid, mapped)) {
    if (await leadsTo(name, mapped)) {
      const opened = await openSame(name);
      if (opened.kind !== 'opened' || (await isMapped(opened.handle, mapped))) return opened;
      // Somebody has put another file there since.
      await opened.handle.close();
    }
  }
  const { start, end } = mapped.base;
  const byMapping = Buffer.from(`/proc/${pid}/map_files/${start.toString(16)}-${end.toString(16)}`);
  if (await canStat(byMapping)) return await openSame(byMapping);
  if (await isForbidden(pid)) return { kind: 'forbidden' };
  try {
    return { kind: 'opened', isMappedFile: false, ...(await openElf(nameInRoot(pid, mapped))) };
  } catch {
    return { kind: 'unreachable' };
  }
}

/**
 * Opens an ELF file; rejects with a `MalformedElfError` or the system's error. Whoever owns the
 * directory may have put a FIFO there, whose opening would wait for a writer, or a terminal, which
 * would become ours.
 */
export async function openElf(file: Buffer): Promise<OpenElfFile> {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;
  const handle = await open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  try {
    const stats = await handle.stat();
    if (!stats.isFile() && !stats.isDirectory()) throw new MalformedElfError('is no regular file');
    return { handle, elf: await readElf(await fileSource(handle), WANTED) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * Whether a name leads to what is mapped. The inode alone does not tell: on a tmpfs the first file
 * always has the same. Where stat(2) has another device than the maps (Btrfs, overlayfs) the
 * answer is no, and the build-id or the code has to tell.
 */
export async function leadsTo(name: Buffer, mapped: MappedFile): Promise<boolean> {
  const stats = await stat(name, { bigint: true }).catch(() => undefined);
  return stats !== undefined && areOf(stats, mapped);
}

async function isMapped(handle: FileHandle, mapped: MappedFile): Promise<boolean> {
  return areOf(await handle.stat({ bigint: true }), mapped);
}

function areOf(stats: BigIntStats, mapped: MappedFile): boolean {
  return stats.ino === mapped.inode && deviceName(stats.dev) === mapped.device;
}

async function openSame(file: Buffer): Promise<MappedElf> {
  try {
    return { kind: 'opened', isMappedFile: true, ...(await openElf(file)) };
  } catch (error) {
    return { kind: 'unreadable', error };
  }
}

/**
 * What the file may be called. The maps have names as seen from outside a chroot, but from inside
 * a container; and a file may really be called `… (deleted)`.
 */
function namesOf(pid: number, mapped: MappedFile): readonly Buffer[] {
  const names = [nameInRoot(pid, mapped), mapped.pathBytes];
  if (!mapped.deleted) return names;
  return [...names, ...names.map((name) => Buffer.concat([name, Buffer.from(' (deleted)')]))];
}

function nameInRoot(pid: number, mapped: MappedFile): Buffer {
  return Buffer.concat([Buffer.from(`/proc/${pid}/root`), mapped.pathBytes]);
}

async function canStat(file: Buffer): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

/** Reading this link takes the right to trace the process (proc_pid_root(5)). */
async function isForbidden(pid: number): Promise<boolean> {
  try {
    await readlink(`/proc/${pid}/root`);
    return false;
  } catch (error) {
    return errorCode(error) === 'EACCES';
  }
}

/** `dev_t` in the kernel's words: `fd:00` (gnu_dev_major and gnu_dev_minor of glibc). */
export function deviceName(device: bigint): string {
  const major = ((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xffff_f000n);
  const minor = (device & 0xffn) | ((device >> 12n) & 0xffff_ff00n);
  return [major, minor].map((number) => number.toString(16).padStart(2, '0')).join(':');
}

/** Why an ELF file could not be opened, as half a sentence. */
export function describeElfFailure(error: unknown): string {
  if (error instanceof MalformedElfError) return `it ${error.reason}`;
  return `it can't be read (${errorCode(error) ?? error})`;
}
