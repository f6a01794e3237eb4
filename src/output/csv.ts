import { mipsOf } from '../sampler/rate.js';
import type { Format } from './format.js';

const header = 'seq,time,elapsed_ns,dur_ns,cpu,insns,total,mips\n';

/**
 * Long form: per sample one row for all vCPUs together and one for each. Without `header` for a
 * file that has one already.
 *
 * Gaps and stopped ticks have no row: every row has every number, and a reader that adds rows up
 * gets the right sum, as the sample after a gap covers its time too. `dur_ns` shows where.
 */
export function csvFormat(options: { readonly header: boolean }): Format {
  let vcpuLabel: (index: number) => string = String;
  return {
    start(info) {
      vcpuLabel = info.vcpuLabel;
      return options.header ? header : '';
    },
    sample({ seq, wall, elapsedNs, durNs, insns, total, mips, vcpus = [] }) {
      const when = `${seq},${wall.toISOString()},${elapsedNs},${durNs}`;
      const row = (cpu: string, cpuInsns: bigint, cpuTotal: bigint, cpuMips: number) =>
        `${when},${cpu},${cpuInsns},${cpuTotal},${cpuMips.toFixed(3)}\n`;
      return [
        row('all', insns, total, mips),
        ...vcpus.map((vcpu) =>
          row(vcpuLabel(vcpu.index), vcpu.insns, vcpu.total, mipsOf(vcpu.insns, durNs)),
        ),
      ].join('');
    },
    gap: () => '',
    stopped: () => '',
    summary: () => '',
  };
}
