import { mipsOf } from '../../sampler/sample.js';
import { clockText, counted, groupDigits, secondsText } from '../../text/figures.js';
import { printable } from '../../text/printable.js';
import { bar, type Glyphs, sparkline } from './glyphs.js';
import { atBothEnds, layLine, type Span } from './line.js';
import type { LivePart, LiveState } from './state.js';

/** How a state is shown. */
export interface ViewOptions {
  readonly width: number;
  readonly height: number;
  readonly colour: boolean;
  readonly glyphs: Glyphs;
  readonly paused: boolean;
  readonly help: boolean;
  /** Keys can be pressed: standard input is a terminal. */
  readonly keys: boolean;
}

type Line = readonly Span[];

const EMPTY: Line = [];
const INDENT = '  ';
const MAX_GRAPH_ROWS = 6;
/** With fewer lines there is none to spare for parting the others. */
const ROOMY_LINES = 18;

/** The whole screen, line by line: never more than `height`, none longer than `width`. */
export function view(state: LiveState, options: ViewOptions): readonly string[] {
  const { width, height, colour } = options;
  const parting = height >= ROOMY_LINES ? [EMPTY] : [];
  const head = [...titles(state, width), ...parting];
  const footer = [...parting, ...footerOf(state, options)];
  const room = Math.max(0, height - head.length - footer.length);
  const body = options.help ? helpText : content(state, room, parting, options);
  return [...head, ...body.slice(0, room), ...footer]
    .slice(-height)
    .map((line) => layLine(line, width, colour));
}

function titles(state: LiveState, width: number): readonly Line[] {
  const title = { text: printable(state.title), look: 'strong' } as const;
  return [
    atBothEnds(title, { text: clockText(state.elapsedNs) }, width),
    [{ text: printable(state.subtitle), look: 'faint' }],
  ];
}

/** The graph takes the lines that the parts leave, one at least. */
function content(
  state: LiveState,
  room: number,
  parting: readonly Line[],
  options: ViewOptions,
): readonly Line[] {
  const SCALE_LINES = 1;
  const figures = [...rates(state, options), ...parting];
  const forBoth = room - figures.length - SCALE_LINES - parting.length;
  const graphRows = Math.min(MAX_GRAPH_ROWS, Math.max(1, forBoth - state.parts.length));
  return [
    ...figures,
    ...graph(state, graphRows, options),
    ...parting,
    ...parts(state.parts, Math.max(0, forBoth - graphRows), options),
  ];
}

function rates({ nowMips, trouble, totals }: LiveState, { glyphs }: ViewOptions): readonly Line[] {
  const now: Span =
    nowMips === undefined
      ? { text: printable(trouble ?? 'the first interval is not over yet'), look: 'warning' }
      : { text: `${nowMips.toFixed(2)} MIPS`, look: 'strong' };
  const { insns, elapsedNs, leastMips, mostMips, gaps } = totals;
  const rate = (mips: number | undefined): string => mips?.toFixed(2) ?? glyphs.none;
  const mean = elapsedNs > 0 ? mipsOf(insns, elapsedNs) : undefined;
  return [
    [{ text: INDENT }, now],
    [
      ...labelled('mean', rate(mean)),
      ...labelled('least', rate(leastMips)),
      ...labelled('most', rate(mostMips)),
    ],
    [
      { text: `${INDENT}${groupDigits(insns)}` },
      { text: ` instructions in ${secondsText(elapsedNs)} s`, look: 'faint' },
      ...(gaps > 0 ? [{ text: `, ${counted(gaps, 'gap')}`, look: 'warning' } as const] : []),
    ],
  ];
}

function labelled(label: string, value: string): readonly Span[] {
  return [{ text: `${INDENT}${label} `, look: 'faint' }, { text: value }];
}

function graph(state: LiveState, rows: number, { width, glyphs }: ViewOptions): readonly Line[] {
  const inner = Math.max(1, width - 2 * INDENT.length);
  const shown = state.history.slice(-inner);
  const most = shown.reduce<number>((greatest, value = 0) => Math.max(greatest, value), 0);
  const past = clockText(shown.length * state.intervalNs);
  return [
    ...sparkline(state.history, inner, rows, glyphs).map((text) => [{ text: INDENT + text }]),
    [{ text: `${INDENT}the last ${past}, 0 to ${most.toFixed(2)} MIPS`, look: 'faint' }],
  ];
}

function parts(all: readonly LivePart[], room: number, options: ViewOptions): readonly Line[] {
  const shown = all.length <= room ? all : all.slice(0, Math.max(0, room - 1));
  const left = all.length - shown.length;
  const labelWidth = Math.max(0, ...all.map(({ label }) => label.length));
  const rateWidth = Math.max(0, ...all.map(({ mips }) => mips?.toFixed(2).length ?? 1));
  const most = all.reduce((greatest, { mips = 0 }) => Math.max(greatest, mips), 0);
  const barWidth = Math.max(0, options.width - labelWidth - rateWidth - 4 * INDENT.length);
  return [
    ...shown.map(({ label, mips, state }): Line => {
      const rate = mips?.toFixed(2) ?? options.glyphs.none;
      return [
        { text: `${INDENT}${label.padEnd(labelWidth)}${INDENT}`, look: 'faint' },
        { text: `${rate.padStart(rateWidth)}${INDENT}` },
        state === undefined
          ? { text: bar(most > 0 ? (mips ?? 0) / most : 0, barWidth, options.glyphs) }
          : { text: printable(state), look: 'warning' },
      ];
    }),
    ...(left > 0 && room > 0
      ? [[{ text: `${INDENT}and ${left} more`, look: 'faint' }] as const]
      : []),
  ];
}

const helpText: readonly Line[] = [
  [{ text: `${INDENT}q   end the run; the summary follows` }],
  [{ text: `${INDENT}p   hold the display still, or let it go on; counting goes on meanwhile` }],
  [{ text: `${INDENT}r   begin the totals again: mean, least, most, instructions` }],
  [{ text: `${INDENT}?   this text, or back` }],
  EMPTY,
  [
    {
      text: `${INDENT}MIPS are millions of guest instructions a second, over the measured interval.`,
    },
  ],
  [{ text: `${INDENT}A dot in the graph is an interval without a value.` }],
];

function footerOf(state: LiveState, { paused, keys }: ViewOptions): readonly Line[] {
  const notice: readonly Line[] =
    state.notice === undefined ? [] : [[{ text: printable(state.notice), look: 'warning' }]];
  const hint = keys ? 'q quit   p pause   r reset   ? help' : 'Ctrl-C ends it';
  const pause: readonly Span[] = paused ? [{ text: 'paused   ', look: 'warning' }] : [];
  return [...notice, [...pause, { text: hint, look: 'faint' }]];
}
