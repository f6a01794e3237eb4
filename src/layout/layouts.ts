import { UnresolvedCountersError } from '../errors.js';
import { array, arrayWithPc } from './array.js';
import { blockStruct } from './block-struct.js';
import { type Layout, type LayoutMatch, type PluginKind, pluginNames } from './layout.js';
import { blockScalar, scalar } from './scalar.js';
import { blockScoreboard, scoreboard } from './scoreboard.js';
import type { Variable, Variables } from './variable.js';

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

/**
 * The one layout that fits a plugin's variables. What fits none is refused with what was found:
 * a version of a plugin that we don't know must not be read as one that we do. `taken` is what the file
 * was taken for, should its variables not say what it is.
 *
 * @throws UnresolvedCountersError
 */
export function selectLayout(
  variables: Variables,
  wordBytes: 4 | 8,
  file: string,
  taken: PluginKind,
): LayoutMatch {
  const mismatches: string[] = [];
  const kind = pluginKind((name) => variables.has(name)) ?? taken;
  for (const layout of layouts.filter(({ plugin }) => plugin === kind)) {
    const match = layout.match(variables, wordBytes);
    if (typeof match === 'object') return { layout, ...match };
    if (match !== undefined) mismatches.push(match);
  }
  const found = [...variables].map(describe).join(', ');
  throw new UnresolvedCountersError(
    file,
    mismatches[0] ??
      `its variables are of no ${pluginNames[kind]} that is known (${found || 'none was found'})`,
    whatIsKnown(kind),
  );
}

/** What to do about a plugin of that name which is none that we know. */
export function whatIsKnown(kind: PluginKind): string {
  return `icount-gdb knows the ${pluginNames[kind]} of QEMU 4.2 to 11; please report this one with QEMU's version`;
}

function describe([name, variable]: [string, Variable]): string {
  const type = variable.type === undefined ? '' : ` of type ${variable.type}`;
  return `${name}: ${variable.sizeBytes} bytes${type}`;
}
