import { basename } from 'node:path';
import { pluginNames } from '../../layout/plugin-kind.js';
import type { RunInfo } from '../observer.js';

/** What is watched, in a few words. */
export interface Titles {
  readonly title: string;
  readonly subtitle: string;
}

export function titlesOf(guests: readonly RunInfo[], intervalNs: number): Titles {
  const every = `every ${intervalNs / 1e9} s`;
  const [only] = guests;
  if (guests.length !== 1 || only === undefined) {
    return { title: `${guests.length} guests`, subtitle: every };
  }
  return {
    title: `${basename(only.qemu)}, process ${only.pid}`,
    subtitle: `${pluginNames[only.pluginKind]}'s layout ${only.layout}, ${only.mode}; gdb ${only.gdb}; ${every}`,
  };
}
