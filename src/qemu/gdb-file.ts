import { copyFile, type FileHandle, mkdtemp, open, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * An open file such that gdb, told `/proc/PID/fd/N`, reads this one and no other.
 *
 * gdb follows the link and goes on with the name behind it, which it opens again whenever it likes
 * (gdb_realpath in gdb/gdbsupport/pathstuff.cc, bfd_cache_close_all). For a file of another mount
 * namespace, or one that is mounted over, this name may be another file's. gdb keeps to the
 * descriptor where the name leads nowhere, so in that case a copy without a name takes its place.
 *
 * Closes `handle` if another is returned.
 */
export async function fileForGdb(handle: FileHandle): Promise<FileHandle> {
  const link = `/proc/self/fd/${handle.fd}`;
  const name = await readlink(link, 'buffer');
  const [own, named] = await Promise.all([handle.stat(), stat(name).catch(() => undefined)]);
  if (named === undefined || (named.dev === own.dev && named.ino === own.ino)) return handle;
  const copy = await copyWithoutName(link);
  await handle.close();
  return copy;
}

async function copyWithoutName(file: string): Promise<FileHandle> {
  const directory = await mkdtemp(join(tmpdir(), 'icount-gdb-'));
  try {
    const copy = join(directory, 'plugin.so');
    await copyFile(file, copy);
    return await open(copy, 'r');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
