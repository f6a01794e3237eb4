import type { GuestEnd } from '../sampler/reading.js';
import type { Sample, Tick } from '../sampler/sample.js';
import { printable } from '../text/printable.js';

/** How the guest went away, as half a sentence. */
export function guestEndText(end: GuestEnd): string {
  switch (end.kind) {
    case 'exited':
      return `the guest exited with status ${end.status}`;
    case 'signalled':
      return `the guest was killed by ${printable(end.signal)}`;
    case 'exec':
      return 'the guest executed another program';
    case 'gone':
      return 'the guest is gone';
    default:
      return end satisfies never;
  }
}

/** Why a tick has no value, for people. */
export function missedText(tick: Exclude<Tick, Sample>): string {
  if (tick.kind === 'gap') return `no value: ${tick.reason}`;
  return tick.by === 'freezer' ? 'the guest is frozen' : 'the guest is stopped';
}
