import { array, arrayWithPc } from './array.js';
import { blockStruct } from './block-struct.js';
import type { Layout, PluginKind } from './layout.js';
import { blockScalar, scalar } from './scalar.js';
import { blockScoreboard, scoreboard } from './scoreboard.js';

/** Every layout that is known. No two of a plugin fit the same variables. */
export const layouts: readonly Layout[] = [
  ...[scalar, arrayWithPc, array, scoreboard],
  ...[blockScalar, blockStruct, blockScoreboard],
];

/** The variables to look for in a plugin. */
export const variableNames: ReadonlySet<string> = new Set([
  ...layouts.flatMap(({ variables }) => variables),
  'do_inline',
]);

/**
 * Which plugin has variables of these names, in a layout that is known or in another; undefined for
 * none that counts. libbb has an `insn_count` too: it is told by all variables of one of its layouts.
 */
export function pluginKind(has: (name: string) => boolean): PluginKind | undefined {
  const of = (kind: PluginKind) => layouts.filter(({ plugin }) => plugin === kind);
  if (of('bb').some(({ variables }) => variables.every(has))) return 'bb';
  return of('insn').some(({ variables: [counter] }) => has(counter)) ? 'insn' : undefined;
}
