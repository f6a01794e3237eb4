import { lineClass, lineDashes } from './style.js';
import { coordinate, svgText } from './svg.js';

/** What the lines are, below a chart. */
export interface Legend {
  readonly heightPx: number;
  readonly elements: readonly string[];
}

const ROW_PX = 20;
/** DejaVu Sans, the widest of the fonts that we ask for, at 12 px. */
const LETTER_PX = 7.5;
const KEY_PX = 36;

/**
 * @param main the label of the main line, if there is one
 * @param place where it begins, and how wide it may be
 */
export function legend(
  main: string | undefined,
  labels: readonly string[],
  place: { readonly left: number; readonly top: number; readonly width: number },
): Legend {
  const all = [...(main === undefined ? [] : [main]), ...labels];
  if (all.length < 2) return { heightPx: 0, elements: [] };
  const columnPx = KEY_PX + LETTER_PX * Math.max(...all.map((label) => label.length));
  const columns = Math.max(1, Math.floor(place.width / columnPx));
  const firstLine = main === undefined ? 0 : 1;
  const elements = all.map((label, index) => {
    const left = place.left + (index % columns) * columnPx;
    const y = place.top + Math.floor(index / columns) * ROW_PX;
    const looks = index < firstLine ? 'class="line main"' : lineLooks(index - firstLine);
    const key = `<path ${looks} d="M${coordinate(left)} ${y}h20"/>`;
    return `${key}${svgText(left + 26, y + 4, label)}`;
  });
  return { heightPx: Math.ceil(all.length / columns) * ROW_PX, elements };
}

/** Attributes of line number `index`, that of the total not counted. */
export function lineLooks(index: number): string {
  const dashes = lineDashes(index);
  return `class="${lineClass(index)}"${dashes === '' ? '' : ` stroke-dasharray="${dashes}"`}`;
}
