import type { Summary } from './sample.js';

/** Several runs at the same time as one: their sum, over the time of the longest. */
export function together(
  runs: readonly Pick<Summary, 'insns' | 'elapsedNs'>[],
): Pick<Summary, 'insns' | 'elapsedNs'> {
  return {
    insns: runs.reduce((sum, { insns }) => sum + insns, 0n),
    elapsedNs: Math.max(0, ...runs.map(({ elapsedNs }) => elapsedNs)),
  };
}
