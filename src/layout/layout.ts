import type { Memory } from '../memory.js';
import type { Reading } from '../sampler/reading.js';
import type { Place } from './place.js';
import type { Variables } from './variable.js';

/** How a plugin counts: by an inlined add, or by a call for each instruction or block. */
export type Mode = 'inline' | 'percpu';

/** How a plugin counts in one process, by its own variables there. */
export interface Counting {
  readonly mode: Mode;
  /** Whether it has made a counter for each vCPU, where that is not for its layout and mode to say. */
  readonly perVcpu: boolean;
}

/** What is known of the counters before they are read. */
export interface CounterFacts {
  readonly layout: string;
  readonly mode: Mode;
  /** Run-time address of the variable at which a read starts. */
  readonly address: bigint;
  /** Distance of one vCPU's counter to the next; undefined where there is but one, or before the first read. */
  readonly strideBytes: number | undefined;
  /** Slots that vCPUs share by `cpu_index % slots`; undefined where each vCPU has its own. */
  readonly sharedSlots: number | undefined;
  /** Whether there is a counter per vCPU (or slot), or one for all. */
  readonly perVcpu: boolean;
  /** Whether several vCPUs add to one counter without atomicity, losing increments. */
  readonly lossy: boolean;
}

/** Where the counters are, and how to read them. */
export interface Counters extends CounterFacts {
  /**
   * Finds out where they are by now, for those who read them in their own way.
   *
   * @throws UnreadableCountersError
   */
  locate(memory: Memory): Promise<Place>;
  /**
   * Reads them where they were, in one round trip, and where they are by now if they have moved.
   *
   * @throws UnreadableCountersError
   */
  read(memory: Memory): Promise<Reading>;
}

/** What a read throws when the memory is not what it should be: the tick becomes a gap. */
export class UnreadableCountersError extends Error {
  override readonly name = 'UnreadableCountersError' as const;
}

/**
 * Makes the counters of a plugin that counts as `counting` says; `biasBytes` is added to link-time
 * addresses. Where each mode has its own counters, `mode` chooses: the others do not advance.
 */
export type MakeCounters = (counting: Counting, biasBytes: bigint, mode: Mode) => Counters;

/** What a plugin has to be read, in a layout that fits. */
export interface LayoutCounters {
  readonly counters: MakeCounters;
  /** The blocks that were executed, where it counts these beside their instructions. */
  readonly blocks?: MakeCounters;
}

/** A layout that fits what was found. */
export interface LayoutMatch extends LayoutCounters {
  readonly layout: Layout;
}

/**
 * One memory layout of a plugin. `match` gives what it counts, and tells from names, sizes and types
 * alone: undefined means that the layout's variables are not there, a string that they are but
 * differ from what we know, and in what.
 */
export interface Layout {
  readonly name: string;
  readonly plugin: PluginKind;
  /** Which QEMUs have it, for people: it is told by what is in memory. */
  readonly versions: string;
  /** The names of the variables that it is told by, the one that counts first. */
  readonly variables: readonly [counter: string, ...others: string[]];
  match(variables: Variables, wordBytes: 4 | 8): LayoutCounters | string | undefined;
}

/** QEMU's plugins that count instructions: one adds 1 for each, the other a block's number. */
export type PluginKind = 'insn' | 'bb';

/** What they are called, by QEMU and by us. */
export const pluginNames: Readonly<Record<PluginKind, 'libinsn' | 'libbb'>> = {
  insn: 'libinsn',
  bb: 'libbb',
};

/** For a sentence in which either will do. */
export const EITHER_PLUGIN = 'a counting plugin (libinsn or libbb)';
