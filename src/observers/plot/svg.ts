import { printable } from '../../text/printable.js';

/** A piece of text, anchored at `start` if nothing else is said. */
export function svgText(
  x: number,
  y: number,
  content: string,
  options: { readonly class?: string; readonly anchor?: 'middle' | 'end' } = {},
): string {
  const attributes = [
    options.class === undefined ? '' : ` class="${options.class}"`,
    options.anchor === undefined ? '' : ` text-anchor="${options.anchor}"`,
  ];
  return `<text x="${coordinate(x)}" y="${coordinate(y)}"${attributes.join('')}>${escaped(content)}</text>`;
}

/** A number of pixels, to the hundredth. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as XML, also where it comes from a guest. */
export function escaped(content: string): string {
  return printable(content).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
