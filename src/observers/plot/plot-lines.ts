import { basename } from 'node:path';
import { abridged } from '../../guest/vcpu-labels.js';
import { combinedRun, mipsOf, type Sample, type Summary, type Tick } from '../../sampler/sample.js';
import { groupDigits, secondsText } from '../../text/figures.js';
import type { RunInfo } from '../observer.js';
import { type Plot, type PlotLine, plotSvg } from './chart.js';
import { Trace } from './trace.js';

/** One guest's lines. */
interface GuestLines {
  readonly info: RunInfo;
  readonly total: Trace;
  readonly vcpus: Trace[];
  /** Up to where there is nothing to draw: the last tick without a value. */
  gapEndNs: number;
  summary: Summary | undefined;
}

/**
 * Gathers what a chart shows, in memory that does not grow with the run: of one guest the total and
 * its vCPUs, of several each one's total.
 */
export class PlotLines {
  readonly #guests: GuestLines[] = [];

  start(info: RunInfo): void {
    const [total, vcpus] = [new Trace(), []];
    this.#guests.push({ info, total, vcpus, gapEndNs: 0, summary: undefined });
  }

  tick(pid: number, tick: Tick): void {
    const lines = this.#linesOf(pid);
    if (lines === undefined) return;
    const elapsedNs = lines.info.joinedNs + tick.elapsedNs;
    if (tick.kind === 'sample') addSample(lines, { ...tick, elapsedNs });
    else lines.gapEndNs = elapsedNs;
  }

  end(pid: number, summary: Summary): void {
    const lines = this.#linesOf(pid);
    if (lines !== undefined) lines.summary = summary;
  }

  /** The chart, or undefined if there was no sample. */
  svg(): string | undefined {
    const drawn = this.#guests
      .filter(({ total }) => total.spanNs > 0)
      .sort((one, other) => one.info.pid - other.info.pid);
    const [only] = drawn;
    if (only === undefined) return undefined;
    return plotSvg(drawn.length === 1 ? plotOfOne(only) : plotOfSeveral(drawn));
  }

  /** Of guests that have had the same pid, the last one. */
  #linesOf(pid: number): GuestLines | undefined {
    return this.#guests.findLast(({ info }) => info.pid === pid);
  }
}

function addSample(lines: GuestLines, { elapsedNs, durNs, mips, vcpus = [] }: Sample): void {
  // The first sample after a gap covers its time too; the gap is shown all the same.
  const fromNs = Math.max(elapsedNs - durNs, Math.min(lines.gapEndNs, elapsedNs));
  lines.total.add(fromNs, elapsedNs, mips);
  for (const { index, insns } of vcpus) {
    const trace = lines.vcpus[index] ?? new Trace();
    lines.vcpus[index] = trace;
    trace.add(fromNs, elapsedNs, mipsOf(insns, durNs));
  }
}

function plotOfOne(guest: GuestLines): Plot {
  const { info, total, vcpus } = guest;
  // A single vCPU is the total.
  const lines = vcpus.length < 2 ? [] : vcpus;
  return {
    title: `Guest instruction rate of ${basename(info.qemu)}, process ${info.pid}`,
    subtitle: subtitleOf([guest]),
    main: { label: 'total', trace: total },
    lines: lines.map((trace, index) => ({
      label: `cpu ${abridged(info.vcpuLabel(index))}`,
      trace,
    })),
  };
}

function plotOfSeveral(guests: readonly GuestLines[]): Plot {
  return {
    title: `Guest instruction rates of ${guests.length} guests`,
    subtitle: subtitleOf(guests),
    main: undefined,
    lines: guests.map(
      ({ info, total }): PlotLine => ({
        label: `${basename(info.qemu)} ${info.pid}`,
        trace: total,
      }),
    ),
  };
}

/** When the run began, and what all of them came to from then on. */
function subtitleOf(guests: readonly GuestLines[]): string {
  const begunMs = Math.min(...guests.map(({ info }) => info.wall.getTime() - info.joinedNs / 1e6));
  const { insns, elapsedNs } = combinedRun(
    guests.flatMap(({ info, summary }) =>
      summary === undefined
        ? []
        : [{ insns: summary.insns, elapsedNs: info.joinedNs + summary.elapsedNs }],
    ),
  );
  return [
    `${new Date(begunMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    `${groupDigits(insns)} instructions in ${secondsText(elapsedNs)} s`,
    `mean ${mipsOf(insns, elapsedNs).toFixed(2)} MIPS`,
  ].join(', ');
}
