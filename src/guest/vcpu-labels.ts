import type { Counters, Mode } from '../layout/layout.js';

/** What is asked about a guest's vCPUs here. */
export interface CountedVcpus {
  readonly vcpus: {
    readonly count: number;
    readonly most: number;
    readonly areParallel: boolean;
  };
  readonly counters: Pick<Counters, 'sharedSlots' | 'lossy' | 'mode'>;
  /** The plugin's own mode, should it count elsewhere than in these. */
  readonly activeMode: Mode | undefined;
}

/**
 * What slot i of the counters holds at the moment of asking: `0`, or `0+8+16` where there have been
 * more vCPUs than slots.
 */
export function vcpuLabels(guest: CountedVcpus): (index: number) => string {
  const slots = guest.counters.sharedSlots;
  return (index) => {
    const { most } = guest.vcpus;
    if (slots === undefined || most <= slots) return String(index);
    const sharing = Math.max(1, Math.ceil((most - index) / slots));
    return Array.from({ length: sharing }, (_, turn) => index + turn * slots).join('+');
  };
}

/** Whether what is said about the counts depends on how many vCPUs there are. */
export function dependsOnVcpus({
  sharedSlots,
  lossy,
}: Pick<Counters, 'sharedSlots' | 'lossy'>): boolean {
  return lossy || sharedSlots !== undefined;
}

/** Something that the user should know about how far the counts can be trusted. */
export interface Caveat {
  readonly kind: 'idle' | 'lossy' | 'shared';
  /** One sentence. */
  readonly text: string;
}

/** What is true of the counts at this moment. */
export function countingCaveats(guest: CountedVcpus): readonly Caveat[] {
  const { vcpus, counters, activeMode } = guest;
  const { count, most, areParallel } = vcpus;
  if (activeMode !== undefined) {
    const text = `the plugin counts in ${activeMode} mode: what it has for the ${counters.mode} mode, which --mode asks for, stands still`;
    return [{ kind: 'idle', text }];
  }
  const { lossy, sharedSlots } = counters;
  const caveats: Caveat[] = [];
  if (lossy && areParallel) {
    caveats.push({
      kind: 'lossy',
      text: `${count} vCPUs add to one counter without atomicity and lose some of each other's increments: the count is a lower bound, as QEMU's own report at exit is`,
    });
  }
  if (sharedSlots !== undefined && most > sharedSlots) {
    const loss = areParallel ? ", less what they lose of each other's increments" : '';
    caveats.push({
      kind: 'shared',
      text: `libinsn has ${sharedSlots} slots for ${most} vCPUs: a column is the sum of those that share a slot${loss}`,
    });
  }
  return caveats;
}

/** A name of as many parts is no wider than the counts below it. */
const PARTS_AT_MOST = 4;

/** A name that lists what it is for, such as `0+8+16`, short enough for a title: `0+8+...+368`. */
export function abridged(name: string): string {
  const parts = name.split('+');
  return parts.length <= PARTS_AT_MOST
    ? name
    : [...parts.slice(0, 2), '...', parts.at(-1)].join('+');
}
