import { UnresolvedCountersError } from '../errors.js';
import { pluginNames } from '../layout/plugin-kind.js';
import type { Memory } from '../memory/memory.js';
import { printable } from '../text/printable.js';
import type { ResolvedGuest } from './resolve-guest.js';

/**
 * Makes sure that the file that the symbols came from is of the same build as what QEMU loaded.
 *
 * @throws UnresolvedCountersError
 */
export async function proveBuild({ plugin, target }: ResolvedGuest, memory: Memory): Promise<void> {
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
      `it is of another build than the ${pluginNames[plugin.kind]} that process ${target.pid} has loaded (build-id ${buildId.hex})`,
      'point --plugin-file at a copy of the file that QEMU loaded',
    );
  }
}
