import { basename } from 'node:path';
import { pluginNames } from '../../layout/layout.js';
import type { RunInfo } from '../observer.js';

/** A vCPU, or one of several guests, as it was last seen. */
export interface LivePart {
  readonly label: string;
  /** Undefined where there was no value. */
  readonly mips: number | undefined;
  /** Said instead of a rate: `stopped`, `no value`, `ended`. */
  readonly state?: string;
}

/** What a live view shows. Pure data: the view is a function of it and the terminal's size. */
export interface LiveState extends Titles {
  readonly intervalNs: number;
  /** From the baseline to the last tick. */
  readonly elapsedNs: number;
  /** Undefined as long as there is none, and while the guest can't be read or is stopped. */
  readonly nowMips: number | undefined;
  /** Why there is none. */
  readonly trouble: string | undefined;
  /** Since the baseline or the last reset. */
  readonly totals: LiveTotals;
  /** MIPS of the last intervals, the newest last; undefined where there was no value. */
  readonly history: readonly (number | undefined)[];
  readonly parts: readonly LivePart[];
  /** The last thing the user should know. */
  readonly notice: string | undefined;
}

/** Sums since the baseline or the last reset. */
export interface LiveTotals {
  readonly insns: bigint;
  readonly elapsedNs: number;
  readonly leastMips: number | undefined;
  readonly mostMips: number | undefined;
  readonly gaps: number;
}

/** What is watched, in a few words. */
export interface Titles {
  readonly title: string;
  readonly subtitle: string;
}

/** The titles for one guest or several; `intervalNs` is between two ticks. */
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
