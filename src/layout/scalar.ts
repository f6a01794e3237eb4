import { countedAt, expectCounter, singleCounter } from './counters.js';
import type { Layout } from './layout.js';

/**
 * QEMU 4.2 to 6.x (tests/plugin/insn.c): `static uint64_t insn_count`, for both modes and all
 * vCPUs together.
 */
export const scalar: Layout = scalarLayout({
  name: 'scalar',
  plugin: 'insn',
  versions: 'QEMU 4.2 to 6',
  variables: ['insn_count'],
});

/** QEMU 4.2 to 5.1 (tests/plugin/bb.c): the same, beside a `bb_count`. */
export const blockScalar: Layout = scalarLayout({
  name: 'block-scalar',
  plugin: 'bb',
  versions: 'QEMU 4.2 to 5.1',
  variables: ['insn_count', 'bb_count'],
});

function scalarLayout(about: Omit<Layout, 'match'>): Layout {
  return {
    ...about,
    match(variables, wordBytes) {
      const variable = variables.get('insn_count');
      if (variable === undefined || variable.sizeBytes !== 8) return undefined;
      // On a 32-bit host a scoreboard's handle, a pointer and an offset, has 8 bytes as well.
      if (variable.type === undefined && wordBytes === 4) {
        return 'insn_count has 8 bytes, which on a 32-bit host can be two things, and there is no debug information to tell';
      }
      if (variable.type === 'qemu_plugin_u64') return undefined;
      for (const name of about.variables) {
        const counter = variables.get(name);
        const mismatch = counter === undefined ? undefined : expectCounter(name, counter);
        if (mismatch !== undefined) return mismatch;
      }
      // There is nothing per vCPU to show; in callback mode the one counter is still right.
      return countedAt(variables, about.variables, (addressBytes, mode) =>
        singleCounter(about.name, mode, addressBytes),
      );
    },
  };
}
