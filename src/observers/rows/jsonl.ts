import type { GuestEnd } from '../../sampler/reading.js';
import type { VcpuSample } from '../../sampler/sample.js';
import { jsonString } from '../../text/printable.js';
import type { CreateFormats, Format } from './format.js';

/**
 * One JSON object per line. Put together by hand, because `JSON.stringify` refuses bigints: counts
 * are bare integers with every digit, also above 2^53.
 *
 * Where there are several guests every object says which it is about.
 */
export const jsonlFormats: CreateFormats =
  ({ labelled }) =>
  (pid) =>
    jsonlFormat(labelled ? pid : undefined);

function jsonlFormat(pid: number | undefined): Format {
  const about: readonly Member[] = pid === undefined ? [] : [['pid', pid]];
  let vcpuLabel: (index: number) => string = String;

  const vcpus = (samples: readonly VcpuSample[] | undefined): readonly Member[] =>
    samples === undefined ? [] : [['vcpus', `[${samples.map(vcpu).join(',')}]`]];

  const vcpu = ({ index, insns, total }: VcpuSample): string => {
    const label = vcpuLabel(index);
    return object([
      ['index', index],
      ...(label === String(index) ? [] : [['cpus', jsonString(label)] as const]),
      ['insns', insns],
      ['total', total],
    ]);
  };

  return {
    start(info) {
      vcpuLabel = info.vcpuLabel;
      return line([
        ['type', '"start"'],
        ['schema', 1],
        ['time', time(info.wall)],
        ['pid', info.pid],
        ['qemu', jsonString(info.qemu)],
        ['plugin', jsonString(info.plugin)],
        ['plugin_kind', jsonString(info.pluginKind)],
        ['layout', jsonString(info.layout)],
        ['mode', jsonString(info.mode)],
        ['gdb', jsonString(info.gdb)],
        ['sampler', jsonString(info.sampler)],
        ['interval_ns', info.intervalNs ?? 'null'],
      ]);
    },
    sample(sample) {
      return line([
        ['type', '"sample"'],
        ...about,
        ['seq', sample.seq],
        ['time', time(sample.wall)],
        ['elapsed_ns', sample.elapsedNs],
        ['dur_ns', sample.durNs],
        ['window_ns', sample.windowNs],
        ['insns', sample.insns],
        ['total', sample.total],
        ['mips', rounded(sample.mips)],
        ...vcpus(sample.vcpus),
      ]);
    },
    gap(gap) {
      return line([
        ['type', '"gap"'],
        ...about,
        ['time', time(gap.wall)],
        ['elapsed_ns', gap.elapsedNs],
        ['reason', jsonString(gap.reason)],
      ]);
    },
    stopped(tick) {
      return line([
        ['type', '"stopped"'],
        ...about,
        ['time', time(tick.wall)],
        ['elapsed_ns', tick.elapsedNs],
        ['by', jsonString(tick.by)],
      ]);
    },
    summary(summary) {
      return line([
        ['type', '"summary"'],
        ...about,
        ['samples', summary.samples],
        ['late', summary.late],
        ['gaps', summary.gaps],
        ['elapsed_ns', summary.elapsedNs],
        ['insns', summary.insns],
        ['mips', rounded(summary.mips)],
        ['total', summary.total],
        ...vcpus(summary.vcpus),
        ['reason', jsonString(summary.reason)],
        ...(summary.end === undefined ? [] : [['exit', exit(summary.end)] as const]),
      ]);
    },
  };
}

/** A key and its value as JSON text; numbers and bigints are JSON text already. */
type Member = readonly [key: string, json: string | number | bigint];

function line(members: readonly Member[]): string {
  return `${object(members)}\n`;
}

function object(members: readonly Member[]): string {
  return `{${members.map(([key, json]) => `"${key}":${json}`).join(',')}}`;
}

function exit(end: GuestEnd): string {
  switch (end.kind) {
    case 'exited':
      return object([
        ['kind', '"exited"'],
        ['status', end.status],
      ]);
    case 'signalled':
      return object([
        ['kind', '"signalled"'],
        ['signal', jsonString(end.signal)],
      ]);
    case 'exec':
    case 'gone':
      return object([['kind', jsonString(end.kind)]]);
    default:
      return end satisfies never;
  }
}

function time(wall: Date): string {
  return `"${wall.toISOString()}"`;
}

function rounded(mips: number): number {
  return Math.round(mips * 1000) / 1000;
}
