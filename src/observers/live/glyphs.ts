/** The characters that pictures are made of. */
export interface Glyphs {
  /** From nothing to a whole cell, from below. */
  readonly levels: readonly string[];
  /** From nothing to a whole cell, from the left. */
  readonly bars: readonly string[];
  readonly gap: string;
  /** Stands for a number that there is none of. */
  readonly none: string;
}

const blocks: Glyphs = {
  levels: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  bars: [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  gap: '·',
  none: '–',
};

const ascii: Glyphs = {
  levels: [' ', '.', ':', '|'],
  bars: [' ', '#'],
  gap: '-',
  none: '-',
};

/** Linux's own console has only some of the blocks, and a locale without UTF-8 none. */
export function glyphsFor(term: string | undefined, unicode = true): Glyphs {
  return term === 'linux' || !unicode ? ascii : blocks;
}

/**
 * A picture of the last values, `rows` lines high and as wide as `width`, the newest at the right;
 * it reaches from 0 to the greatest value that it shows.
 */
export function sparkline(
  values: readonly (number | undefined)[],
  width: number,
  rows: number,
  glyphs: Glyphs,
): readonly string[] {
  const shown = values.slice(-width);
  const most = shown.reduce<number>((greatest, value = 0) => Math.max(greatest, value), 0);
  const steps = glyphs.levels.length - 1;
  const heights = shown.map((value) =>
    value === undefined ? undefined : heightOf(value, most, rows * steps),
  );
  return Array.from({ length: rows }, (_, row) => {
    const below = (rows - 1 - row) * steps;
    const cells = heights.map((height) => {
      if (height === undefined) return below === 0 ? glyphs.gap : ' ';
      return glyphs.levels[Math.min(steps, Math.max(0, height - below))] ?? ' ';
    });
    return cells.join('').padStart(width);
  });
}

/** A bar for `share` (0 to 1) of `width` cells, padded to it. */
export function bar(share: number, width: number, glyphs: Glyphs): string {
  const steps = glyphs.bars.length - 1;
  const parts = Math.round(Math.min(1, Math.max(0, share)) * width * steps);
  const whole = Math.floor(parts / steps);
  const rest = parts % steps;
  const text = `${(glyphs.bars[steps] ?? '').repeat(whole)}${rest > 0 ? (glyphs.bars[rest] ?? '') : ''}`;
  return text.padEnd(width);
}

/** What is more than nothing is shown, if ever so little. */
function heightOf(value: number, most: number, steps: number): number {
  if (value <= 0 || most <= 0) return 0;
  return Math.max(1, Math.round((value / most) * steps));
}
