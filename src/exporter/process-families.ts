import { readdir, readFile } from 'node:fs/promises';
import type { Family } from './exposition.js';

/** As `performance.timeOrigin` has it: when this process began, in ms of the Unix epoch. */
const startTimeSeconds = performance.timeOrigin / 1_000;

/** What every exporter tells of its own process, by the names that Prometheus's clients have. */
export async function processFamilies(): Promise<readonly Family[]> {
  const [{ virtualBytes, residentBytes }, descriptors, mostDescriptors] = await Promise.all([
    readMemory(),
    readdir('/proc/self/fd'),
    readMostDescriptors(),
  ]);
  const { user, system } = process.cpuUsage();
  return [
    single('process_cpu_seconds_total', 'counter', 'CPU time spent.', (user + system) / 1e6),
    single(
      'process_start_time_seconds',
      'gauge',
      'Start of the process, in seconds of the Unix epoch.',
      startTimeSeconds,
    ),
    single('process_resident_memory_bytes', 'gauge', 'Resident memory.', residentBytes),
    single('process_virtual_memory_bytes', 'gauge', 'Virtual memory.', virtualBytes),
    // One is that by which the folder was read.
    single('process_open_fds', 'gauge', 'Open file descriptors.', descriptors.length - 1),
    single('process_max_fds', 'gauge', 'Most file descriptors that may be open.', mostDescriptors),
  ];
}

function single(name: string, type: Family['type'], help: string, value: number): Family {
  return { name, type, help, samples: [{ labels: {}, value }] };
}

/** VmSize and VmRSS of proc_pid_status(5), which are in kB. */
async function readMemory(): Promise<{ virtualBytes: number; residentBytes: number }> {
  const status = await readFile('/proc/self/status', 'utf8');
  const bytes = (field: string): number =>
    1_024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
  return { virtualBytes: bytes('VmSize'), residentBytes: bytes('VmRSS') };
}

async function readMostDescriptors(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const [, soft = 'unlimited'] = /^Max open files\s+(\S+)/m.exec(limits) ?? [];
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}
