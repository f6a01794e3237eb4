import type { Mode } from '../layout/layout.js';
import type { Memory } from '../memory/memory.js';
import type { ResolvedGuest } from './resolve-guest.js';

/** Whether libinsn counts inline: its own `do_inline`, or failing that QEMU's command line. */
export async function readMode(guest: ResolvedGuest, memory: Memory): Promise<Mode> {
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
