/**
 * How many slots to show: up to the highest that has ever counted, and one at least. There are
 * more slots than vCPUs (a scoreboard has 16 at least), and a vCPU that has executed nothing yet
 * can't be told from a slot without one.
 */
export function shownVcpus(shownBefore: number, counters: readonly bigint[]): number {
  const highest = counters.findLastIndex((counter) => counter !== 0n);
  return Math.max(1, shownBefore, highest + 1);
}
