import { expect, test } from 'vitest';
import { vcpusByThreads } from '../../src/guest/vcpus.js';

const unnamed = (count: number) => Array.from({ length: count }, () => 'qemu-system-ris');

test.each([
  ['named threads count themselves', ['CPU 0/TCG', 'CPU 1/TCG', 'call_rcu'], {}, 2, 2],
  ['one thread for all says so', ['ALL CPUs/TCG', 'call_rcu'], { vcpus: 4 }, 4, 1],
  ['as many as the command line has', unnamed(6), { vcpus: 4 }, 4, 4],
  ['too few for a thread each', unnamed(3), { vcpus: 4 }, 4, 1],
  ['one thread was asked for', unnamed(9), { vcpus: 4, singleThread: true }, 4, 1],
  ['nothing is known but that it runs', unnamed(9), {}, 1, 1],
] as const)('without a list of vCPUs: %s', (_, names, command, count, threads) => {
  const system = { kind: 'system', architecture: 'riscv64', name: undefined, plugins: [] } as const;
  const said = { ...system, vcpus: undefined, singleThread: false, ...command };

  expect(vcpusByThreads(names, names.length, said)).toEqual({ count, threads });
});
