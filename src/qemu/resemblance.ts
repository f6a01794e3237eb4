import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { parseQemuCommand } from './command-line.js';

/**
 * Why a process may be a QEMU; undefined if nothing says so, or it has ended.
 *
 * Asked of every process of a host, and these files don't wait for anything: reading them here and
 * now takes a tenth of what handing them to other threads does.
 */
export function resembleQemu(pid: number): 'name' | 'argument' | undefined {
  const argv = (attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '').split('\0');
  // A kernel thread, or a zombie.
  if (argv[0] === '' && argv.length === 1) return undefined;
  if (isQemu(argv[0] ?? '')) return 'name';
  const executable = attempt(() => readlinkSync(`/proc/${pid}/exe`));
  if (isQemu(executable ?? '')) return 'name';
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
