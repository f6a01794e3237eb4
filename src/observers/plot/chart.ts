import { type Axis, rateAxis, timeAxis } from './axis.js';
import { legend, lineLooks } from './legend.js';
import { bandPath, gapsOf, linePath, type PlotScale } from './paths.js';
import { style } from './style.js';
import { coordinate, escaped, svgText } from './svg.js';
import type { Trace } from './trace.js';

/** A line of a chart. */
export interface PlotLine {
  readonly label: string;
  readonly trace: Trace;
}

/** What a chart shows: the rates of a run over time. */
export interface Plot {
  readonly title: string;
  readonly subtitle: string;
  /** The total, drawn stronger and with its least and most; several guests have none. */
  readonly main: PlotLine | undefined;
  readonly lines: readonly PlotLine[];
}

const WIDTH = 960;
const FIELD = { left: 76, top: 64, width: 860, height: 320 } as const;
const FIELD_BOTTOM = FIELD.top + FIELD.height;
const AXIS_TITLE_BELOW = 42;
const LEGEND_TOP = FIELD_BOTTOM + 64;
const MARGIN = 12;
const GAP_NAME_PX = 60;

/** The chart as a file of its own, in plain SVG 1.1. */
export function plotSvg(plot: Plot): string {
  const labels = plot.lines.map(({ label }) => label);
  const key = legend(plot.main?.label, labels, {
    left: FIELD.left,
    top: LEGEND_TOP,
    width: FIELD.width,
  });
  const height = FIELD_BOTTOM + AXIS_TITLE_BELOW + MARGIN + key.heightPx;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escaped(plot.title)}</title>`,
    `<desc>${escaped(plot.subtitle)}</desc>`,
    `<style>${style}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}"/>`,
    svgText(FIELD.left, 28, plot.title, { class: 'title' }),
    svgText(FIELD.left, 48, plot.subtitle, { class: 'faint' }),
    `<g transform="translate(${FIELD.left} ${FIELD.top})">`,
    ...fieldOf(plot),
    '</g>',
    ...key.elements,
    '</svg>\n',
  ].join('\n');
}

function fieldOf({ main, lines }: Plot): readonly string[] {
  const traces = [...(main === undefined ? [] : [main]), ...lines].map(({ trace }) => trace);
  const spanNs = Math.max(0, ...traces.map((trace) => trace.spanNs));
  if (spanNs === 0) {
    const middle = { class: 'faint', anchor: 'middle' } as const;
    return [svgText(FIELD.width / 2, FIELD.height / 2, 'no sample was taken', middle)];
  }
  const mainStretches = main?.trace.stretches(FIELD.width / 2) ?? [];
  const lineStretches = lines.map(({ trace }) => trace.stretches(FIELD.width / 2));
  const most = [mainStretches, ...lineStretches].map((stretches) =>
    stretches.reduce((greatest, { mostMips }) => Math.max(greatest, mostMips), 0),
  );
  const x = timeAxis(spanNs);
  const y = rateAxis(Math.max(...most));
  const scale: PlotScale = {
    x: (ns) => (ns / x.most) * FIELD.width,
    y: (mips) => (1 - mips / y.most) * FIELD.height,
  };
  return [
    ...gapsOf(mainStretches).flatMap(({ fromNs, toNs }) =>
      gapMark(scale.x(fromNs), scale.x(toNs - fromNs)),
    ),
    ...rateMarks(y, scale),
    ...timeMarks(x, scale),
    `<path class="band" d="${bandPath(mainStretches, scale)}"/>`,
    ...lineStretches.map(
      (stretches, index) => `<path ${lineLooks(index)} d="${linePath(stretches, scale)}"/>`,
    ),
    `<path class="line main" d="${linePath(mainStretches, scale)}"/>`,
  ];
}

/** A stretch of time without values, named where the name fits. */
function gapMark(left: number, width: number): readonly string[] {
  const [x, w] = [coordinate(left), coordinate(width)];
  const rect = `<rect class="gap" x="${x}" y="0" width="${w}" height="${FIELD.height}"/>`;
  if (width < GAP_NAME_PX) return [rect];
  return [rect, svgText(left + width / 2, 16, 'no value', { class: 'faint', anchor: 'middle' })];
}

function rateMarks({ ticks, unit }: Axis, scale: PlotScale): readonly string[] {
  const title = { x: -56, y: FIELD.height / 2 };
  return [
    ...ticks.flatMap(({ value, text }) => {
      const y = coordinate(scale.y(value));
      return [
        `<line class="grid" x1="0" y1="${y}" x2="${FIELD.width}" y2="${y}"/>`,
        svgText(-8, scale.y(value) + 4, text, { class: 'faint', anchor: 'end' }),
      ];
    }),
    `<g transform="rotate(-90 ${title.x} ${title.y})">`,
    svgText(title.x, title.y, `million guest instructions a second (${unit})`, {
      anchor: 'middle',
    }),
    '</g>',
  ];
}

function timeMarks({ ticks, unit }: Axis, scale: PlotScale): readonly string[] {
  const bottom = FIELD.height;
  return [
    `<line class="axis" x1="0" y1="${bottom}" x2="${FIELD.width}" y2="${bottom}"/>`,
    ...ticks.flatMap(({ value, text }) => {
      const x = coordinate(scale.x(value));
      return [
        `<line class="axis" x1="${x}" y1="${bottom}" x2="${x}" y2="${bottom + 5}"/>`,
        svgText(scale.x(value), bottom + 19, text, { class: 'faint', anchor: 'middle' }),
      ];
    }),
    svgText(FIELD.width / 2, bottom + AXIS_TITLE_BELOW, `time since the start (${unit})`, {
      anchor: 'middle',
    }),
  ];
}
