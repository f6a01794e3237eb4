import { array, arrayWithPc } from './array.js';
import type { Layout } from './layout.js';
import { scalar } from './scalar.js';
import { scoreboard } from './scoreboard.js';

/** Every layout that is known. No two fit the same variables. */
export const layouts: readonly Layout[] = [scalar, arrayWithPc, array, scoreboard];

/** The variables that count: libinsn has one of them, in a layout that is known or in another. */
export const counterNames: ReadonlySet<string> = new Set(
  layouts.map(({ variables: [counter] }) => counter),
);

/** The variables to look for in a plugin. */
export const variableNames: ReadonlySet<string> = new Set([
  ...layouts.flatMap(({ variables }) => variables),
  'do_inline',
  // Not libinsn's: QEMU's other counting plugin, libbb, has an `insn_count` too.
  'bb_count',
]);
