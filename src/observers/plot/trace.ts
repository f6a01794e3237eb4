/** A stretch of time and how fast the guest was in it. */
export interface Stretch {
  readonly fromNs: number;
  readonly toNs: number;
  /** Mean of the samples in it, each weighted with the time that it covers. */
  readonly mips: number;
  readonly leastMips: number;
  readonly mostMips: number;
  /** The time that samples cover; less than its length where it bridges gaps too short to see. */
  readonly coveredNs: number;
}

/** More stretches than a chart can show side by side. */
const RESOLUTION = 1000;
/** How many are kept until they are merged. */
const CAPACITY = 4 * RESOLUTION;

/**
 * The rates of a run of any length in bounded memory: samples as they are as long as they are few,
 * then merged to stretches as long as can be told apart in a picture of the run so far.
 */
export class Trace {
  #stretches: Stretch[] = [];

  /** Adds a sample; its time must not begin before the last one's end. */
  add(fromNs: number, toNs: number, mips: number): void {
    if (toNs <= fromNs) return;
    const coveredNs = toNs - fromNs;
    this.#stretches.push({ fromNs, toNs, mips, leastMips: mips, mostMips: mips, coveredNs });
    if (this.#stretches.length > CAPACITY) {
      this.#stretches = merged(this.#stretches, this.spanNs / RESOLUTION);
    }
  }

  /** The end of the last sample. */
  get spanNs(): number {
    return this.#stretches.at(-1)?.toNs ?? 0;
  }

  /** What can be told apart in a picture that is so many points wide. */
  stretches(points: number): readonly Stretch[] {
    return merged(this.#stretches, this.spanNs / points);
  }
}

/**
 * Merges neighbours as long as they come to no more than `lengthNs` together. A gap is in that
 * length: a long one stays, one that can't be seen goes, so that nothing keeps the number up.
 */
function merged(stretches: readonly Stretch[], lengthNs: number): Stretch[] {
  const result: Stretch[] = [];
  for (const next of stretches) {
    const last = result.at(-1);
    if (last !== undefined && next.toNs - last.fromNs <= lengthNs) {
      result[result.length - 1] = mergeTwo(last, next);
    } else {
      result.push(next);
    }
  }
  return result;
}

function mergeTwo(first: Stretch, second: Stretch): Stretch {
  const coveredNs = first.coveredNs + second.coveredNs;
  return {
    fromNs: first.fromNs,
    toNs: second.toNs,
    mips: (first.mips * first.coveredNs + second.mips * second.coveredNs) / coveredNs,
    leastMips: Math.min(first.leastMips, second.leastMips),
    mostMips: Math.max(first.mostMips, second.mostMips),
    coveredNs,
  };
}
