/** A piece of a line and how it looks. */
export interface Span {
  readonly text: string;
  readonly look?: Look;
}

/** How a piece of text stands out. */
export type Look = 'strong' | 'faint' | 'warning';

/** SGR parameters (ECMA-48). */
const codes: Readonly<Record<Look, string>> = { strong: '1', faint: '2', warning: '33' };

/** One line of a screen, cut to its width; without `colour` no piece looks different. */
export function layLine(spans: readonly Span[], width: number, colour: boolean): string {
  let left = width;
  const parts: string[] = [];
  for (const { text, look } of spans) {
    const cut = Array.from(text).slice(0, left).join('');
    left -= Array.from(cut).length;
    if (cut === '') continue;
    parts.push(colour && look !== undefined ? `\u001b[${codes[look]}m${cut}\u001b[0m` : cut);
  }
  return parts.join('');
}

/** `left` and `right` at the two ends of a line; where both don't fit, the left one stays. */
export function atBothEnds(left: Span, right: Span, width: number): readonly Span[] {
  const room = width - Array.from(left.text).length - Array.from(right.text).length;
  return room < 1 ? [left] : [left, { text: ' '.repeat(room) }, right];
}
