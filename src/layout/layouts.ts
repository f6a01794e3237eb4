import { array, arrayWithPc } from './array.js';
import { blockStruct } from './block-struct.js';
import type { Layout } from './layout.js';
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
