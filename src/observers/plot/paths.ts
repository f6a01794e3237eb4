import { coordinate as c } from './svg.js';
import type { Stretch } from './trace.js';

/** From time and rate to pixels. */
export interface PlotScale {
  readonly x: (ns: number) => number;
  readonly y: (mips: number) => number;
}

/** A rate holds for the whole of its stretch: the line goes in steps, and breaks at a gap. */
export function linePath(stretches: readonly Stretch[], scale: PlotScale): string {
  const parts: string[] = [];
  let endNs: number | undefined;
  for (const { fromNs, toNs, mips } of stretches) {
    const y = c(scale.y(mips));
    parts.push(endNs === fromNs ? `V${y}` : `M${c(scale.x(fromNs))} ${y}`, `H${c(scale.x(toNs))}`);
    endNs = toNs;
  }
  return parts.join('');
}

/** From the least to the most, where a stretch holds several samples. */
export function bandPath(stretches: readonly Stretch[], scale: PlotScale): string {
  return stretches
    .filter(({ leastMips, mostMips }) => mostMips > leastMips)
    .map(({ fromNs, toNs, leastMips, mostMips }) => {
      const [left, right] = [c(scale.x(fromNs)), c(scale.x(toNs))];
      return `M${left} ${c(scale.y(mostMips))}H${right}V${c(scale.y(leastMips))}H${left}Z`;
    })
    .join('');
}

/** The time without samples. */
export function gapsOf(
  stretches: readonly Stretch[],
): readonly { readonly fromNs: number; readonly toNs: number }[] {
  return stretches.flatMap(({ fromNs }, index) => {
    const endNs = stretches[index - 1]?.toNs ?? 0;
    return fromNs > endNs ? [{ fromNs: endNs, toNs: fromNs }] : [];
  });
}
