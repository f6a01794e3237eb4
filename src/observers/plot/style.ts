/** Colours of the lines, told apart by people who see few colours too (Okabe and Ito). */
const light = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#b58900',
  '#56b4e9',
  '#8250df',
  '#6b7280',
];
const dark = [
  '#58a6ff',
  '#ff9e64',
  '#3fd0a4',
  '#f2a6d3',
  '#e3c04d',
  '#9bd8ff',
  '#c297ff',
  '#a9b1bd',
];

/** With more lines than colours the second turn is dashed, the third dotted. */
const dashes = ['', '6 3', '2 2', '8 3 2 3'];

/** The class of line number `index`. */
export function lineClass(index: number): string {
  return `line c${index % light.length}`;
}

/** Its dashes, for `stroke-dasharray`. */
export function lineDashes(index: number): string {
  return dashes[Math.floor(index / light.length) % dashes.length] ?? '';
}

/** Programs that know no media queries (librsvg, Inkscape) show the light one. */
export const style = `
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; font-size: 12px; }
.title { font-size: 16px; font-weight: 600; }
.line { fill: none; stroke-width: 1.25; stroke-linejoin: round; }
.main { stroke-width: 1.75; }
.band { stroke: none; fill-opacity: 0.18; }
.grid { stroke-width: 1; }
${theme({ paper: '#ffffff', ink: '#1f2328', faint: '#59636e', grid: '#e3e6ea', gap: '#f0f1f3', main: '#1f2328', lines: light })}
@media (prefers-color-scheme: dark) {
${theme({ paper: '#0d1117', ink: '#e6edf3', faint: '#9198a1', grid: '#262c36', gap: '#1b2129', main: '#e6edf3', lines: dark })}
}
`;

interface Theme {
  readonly paper: string;
  readonly ink: string;
  readonly faint: string;
  readonly grid: string;
  readonly gap: string;
  /** The line of the total. */
  readonly main: string;
  readonly lines: readonly string[];
}

function theme({ paper, ink, faint, grid, gap, main, lines }: Theme): string {
  return [
    `.paper { fill: ${paper}; }`,
    `text { fill: ${ink}; }`,
    `.faint { fill: ${faint}; }`,
    `.grid { stroke: ${grid}; }`,
    `.axis { stroke: ${faint}; }`,
    `.gap { fill: ${gap}; }`,
    `.main { stroke: ${main}; }`,
    `.band { fill: ${main}; }`,
    ...lines.map((colour, index) => `.c${index} { stroke: ${colour}; }`),
  ].join('\n');
}
