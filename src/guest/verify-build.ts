import { readCode } from '../elf/elf.js';
import { fileSource } from '../elf/source.js';
import { UnresolvedCountersError } from '../errors.js';
import { pluginNames } from '../layout/layout.js';
import type { Memory } from '../memory.js';
import { printable } from '../text/printable.js';
import type { ResolvedGuest } from './resolve-guest.js';

/** So much of the code is compared: all of it, for a plugin of any sensible size. */
const COMPARED_BYTES = 1024 * 1024;

const REMEDY = 'point --plugin-file at a copy of the file that QEMU loaded';

/**
 * Makes sure that the file that the symbols came from is of the same build as what QEMU loaded: by
 * its build-id, or where it has none by its code, in which every address of a variable is.
 *
 * @throws UnresolvedCountersError
 */
export async function verifyBuild(guest: ResolvedGuest, memory: Memory): Promise<void> {
  const { plugin, target } = guest;
  const { buildId } = plugin.elf;
  const file = printable(plugin.name);
  if (buildId === undefined) {
    await proveCode(guest, memory);
    return;
  }
  const address = buildId.addressBytes + plugin.loadBias;
  const { pieces } = await memory.read([{ address, lengthBytes: buildId.sizeBytes }]);
  const inMemory = pieces[0]?.toString('hex');
  if (inMemory !== buildId.hex) {
    throw new UnresolvedCountersError(
      file,
      `it is of another build than the ${pluginNames[plugin.kind]} that process ${target.pid} has loaded (build-id ${buildId.hex})`,
      REMEDY,
    );
  }
}

async function proveCode({ plugin, target }: ResolvedGuest, memory: Memory): Promise<void> {
  const file = printable(plugin.name);
  let restBytes = COMPARED_BYTES;
  let compared = 0;
  for (const { offset, addressBytes, sizeBytes } of await readCode(
    await fileSource(plugin.handle),
  )) {
    const lengthBytes = Math.min(sizeBytes, restBytes);
    if (lengthBytes === 0) continue;
    restBytes -= lengthBytes;
    const inFile = Buffer.alloc(lengthBytes);
    const { bytesRead } = await plugin.handle.read(inFile, 0, lengthBytes, Number(offset));
    const range = { address: addressBytes + plugin.loadBias, lengthBytes };
    const [inMemory] = (await memory.read([range])).pieces;
    if (inMemory === undefined || bytesRead < lengthBytes || !inMemory.equals(inFile)) {
      throw new UnresolvedCountersError(
        file,
        `its code is not that of the ${pluginNames[plugin.kind]} that process ${target.pid} has loaded, and there is no build-id to go by`,
        REMEDY,
      );
    }
    compared += lengthBytes;
  }
  if (compared === 0) {
    throw new UnresolvedCountersError(
      file,
      'whether it is of the same build as what QEMU loaded can not be proved: it has no build-id, and no code to compare',
      'take a copy that has its code, or build the plugin with -Wl,--build-id',
    );
  }
}
