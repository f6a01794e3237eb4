import { expect, test } from 'vitest';
import { bpftraceFormats } from '../../../src/observers/rows/bpftrace.js';
import { info, plain, sample, vcpu } from './events.js';

const perVcpu = sample(1, 1, 1, 3n, 3n, [vcpu(0, 1n, 1n), vcpu(1, 2n, 2n)]);
const { vcpus: _, ...single } = perVcpu;

test.each([
  ['inline mode has one count', 'inline', single, /count: 3$/],
  ['inline mode has one count also where vCPUs are told apart', 'inline', perVcpu, /count: 3$/],
  ['percpu mode has a column per vCPU', 'percpu', perVcpu, /count: {12}1, {11}2$/],
  ['percpu mode without counts per vCPU has one count', 'percpu', single, /count: 3$/],
] as const)('%s', (_name, mode, tick, expected) => {
  const format = bpftraceFormats(plain)(info.pid);
  format.start({ ...info, mode });
  expect(format.sample(tick).trimEnd()).toMatch(expected);
});
