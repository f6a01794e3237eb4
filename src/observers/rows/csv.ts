import { mipsOf } from '../../sampler/sample.js';
import type { CreateFormats, Format } from './format.js';

const header = 'seq,time,elapsed_ns,dur_ns,cpu,insns,total,mips\n';

/**
 * Long form: per sample one row for all vCPUs together and one for each. The header is
 * left out for a file that has one already.
 *
 * Gaps and stopped ticks have no row: every row has every number, and a reader that adds rows up
 * gets the right sum, as the sample after a gap covers its time too. `dur_ns` shows where.
 *
 * Several guests have one table: their pids come first.
 */
export const csvFormats: CreateFormats = ({ continued, labelled }) => {
  const headerText = once(continued ? '' : `${labelled ? 'pid,' : ''}${header}`);
  return (pid) => rows(headerText, labelled ? `${pid},` : '');
};

/** The text at the first call: another guest, or another run, adds to the same rows. */
function once(text: string): () => string {
  let due = text;
  return () => {
    const now = due;
    due = '';
    return now;
  };
}

function rows(headerText: () => string, first: string): Format {
  let vcpuLabel: (index: number) => string = String;
  return {
    start(info) {
      vcpuLabel = info.vcpuLabel;
      return headerText();
    },
    sample({ seq, wall, elapsedNs, durNs, insns, total, mips, vcpus = [] }) {
      const when = `${first}${seq},${wall.toISOString()},${elapsedNs},${durNs}`;
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
