import { expectCounter, singleCounter } from './counter.js';
import type { Layout } from './layout.js';

/**
 * QEMU 4.2 to 6.x (tests/plugin/insn.c): `static uint64_t insn_count`, for both modes and all
 * vCPUs together.
 */
export const scalar: Layout = {
  name: 'scalar',
  versions: 'QEMU 4.2 to 6',
  variables: ['insn_count'],
  match(variables, wordBytes) {
    const variable = variables.get('insn_count');
    if (variable === undefined || variable.sizeBytes !== 8) return undefined;
    // On a 32-bit host a scoreboard's handle, a pointer and an offset, has 8 bytes as well.
    if (variable.type === undefined && wordBytes === 4) {
      return 'insn_count has 8 bytes, which on a 32-bit host can be two things, and there is no debug information to tell';
    }
    if (variable.type === 'qemu_plugin_u64') return undefined;
    const mismatch = expectCounter('insn_count', variable);
    if (mismatch !== undefined) return mismatch;
    // There is nothing per vCPU to show; in callback mode the one counter is still right.
    return (mode, bias) => singleCounter('scalar', mode, variable.addressBytes + bias);
  },
};
