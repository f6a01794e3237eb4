import type { AttachedGuest } from './attach-guest.js';

/** What slot i of the counters holds: `0`, or `0+8+16` where the vCPUs are more than the slots. */
export function vcpuLabels(attached: AttachedGuest): (index: number) => string {
  const { vcpus, counters } = attached;
  const slots = counters.sharedSlots;
  return (index) => {
    if (slots === undefined || vcpus <= slots) return String(index);
    const sharing = Math.ceil((vcpus - index) / slots);
    return Array.from({ length: sharing }, (_, turn) => index + turn * slots).join('+');
  };
}

/** What the user should know about how far the counts can be trusted, a sentence each. */
export function countingCaveats(attached: AttachedGuest): readonly string[] {
  const { vcpus, counters } = attached;
  const caveats: string[] = [];
  if (counters.lossy && vcpus > 1) {
    caveats.push(
      `${vcpus} vCPUs add to one counter without atomicity and lose some of each other's increments: the count is a lower bound, as QEMU's own report at exit is`,
    );
  }
  if (counters.sharedSlots !== undefined && vcpus > counters.sharedSlots) {
    caveats.push(
      `libinsn has ${counters.sharedSlots} slots for ${vcpus} vCPUs: a column is the sum of those that share a slot, less what they lose of each other's increments`,
    );
  }
  return caveats;
}
