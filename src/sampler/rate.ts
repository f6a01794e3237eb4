/** Millions of guest instructions a second, over a measured time; 0 over no time. */
export function mipsOf(insns: bigint, durNs: number): number {
  return durNs > 0 ? (Number(insns) / durNs) * 1000 : 0;
}
