/** What happened to the counters between two readings. */
export type Delta =
  | {
      readonly kind: 'advanced';
      /** Guest instructions of each counter. */
      readonly insns: readonly bigint[];
    }
  /** A counter went back. Nothing can be said about this interval. */
  | {
      readonly kind: 'fell';
      readonly index: number;
      readonly before: bigint;
      /** Undefined if the counter is not there any more. */
      readonly after: bigint | undefined;
    };

/**
 * The difference of two readings, counter by counter; one that was not there before began at 0.
 *
 * Counters are unsigned, have 64 bits and may wrap, so the difference is taken modulo 2^64 as a
 * signed number. Below zero it is a fall: another process image, or, where vCPUs share a counter
 * without atomics, the store of a preempted thread that brought an old value back. Never a huge
 * delta: 2^63 instructions take longer than any run.
 */
export function difference(before: readonly bigint[], after: readonly bigint[]): Delta {
  const insns: bigint[] = [];
  for (const [index, now] of after.entries()) {
    const then = before[index] ?? 0n;
    const advance = BigInt.asIntN(64, now - then);
    if (advance < 0n) return { kind: 'fell', index, before: then, after: now };
    insns.push(advance);
  }
  const lost = before[after.length];
  if (lost !== undefined) {
    return { kind: 'fell', index: after.length, before: lost, after: undefined };
  }
  return { kind: 'advanced', insns };
}
