import { UnresolvedCountersError } from '../errors.js';
import { type LayoutMatch, type PluginKind, pluginNames } from './layout.js';
import { layouts, pluginKind } from './layouts.js';
import type { Variable, Variables } from './variable.js';

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
