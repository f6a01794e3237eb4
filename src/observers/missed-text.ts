import type { Sample, Tick } from '../sampler/sample.js';

/** Why a tick has no value, for people. */
export function missedText(tick: Exclude<Tick, Sample>): string {
  return tick.kind === 'gap' ? `no value: ${tick.reason}` : 'the guest is stopped';
}
