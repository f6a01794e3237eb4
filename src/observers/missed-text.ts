import type { Sample, Tick } from '../sampler/sample.js';

/** Why a tick has no value, for people. */
export function missedText(tick: Exclude<Tick, Sample>): string {
  if (tick.kind === 'gap') return `no value: ${tick.reason}`;
  return tick.by === 'freezer' ? 'the guest is frozen' : 'the guest is stopped';
}
