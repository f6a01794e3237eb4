import type { CreateFormats, Format } from './format.js';

/**
 * The lines that the bpftrace recipe prints, for scripts that parse them: `time` is
 * CLOCK_MONOTONIC in ns, `dur` is in ns, `count` the guest instructions in it. In percpu mode
 * there is one column per vCPU, and a line gets longer when another vCPU begins to count; with a
 * layout that counts all vCPUs together, the line is that of the inline mode.
 *
 * The pid comes first in each line where there are several guests.
 */
export const bpftraceFormats: CreateFormats =
  ({ labelled }) =>
  (pid) =>
    bpftraceFormat(labelled ? `pid: ${pid}, ` : '');

function bpftraceFormat(label: string): Format {
  let mode: 'inline' | 'percpu' = 'inline';
  return {
    start(info) {
      mode = info.mode;
      return '';
    },
    sample({ takenAt, durNs, insns, vcpus }) {
      const count =
        mode === 'percpu' && vcpus !== undefined
          ? vcpus.map((vcpu) => vcpu.insns.toString().padStart(12)).join(',')
          : insns.toString();
      return `${label}time: ${takenAt}, dur: ${durNs}, count: ${count}\n`;
    },
    gap: () => '',
    stopped: () => '',
    summary: () => '',
  };
}
