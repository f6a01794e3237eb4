import { readdirSync, readFileSync } from 'node:fs';

/** CPU time of all threads of a process so far, in ns (the kernel's Documentation/scheduler/sched-stats). */
export function cpuTimeNs(pid: number): number {
  let total = 0;
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    try {
      total += Number(readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ', 1)[0]);
    } catch {
      // The thread has ended.
    }
  }
  return total;
}

/** The threads that have run for 50 ms or more: of a guest that is busy, the vCPUs. */
export function busyThreads(pid: number): readonly number[] {
  const tids = readdirSync(`/proc/${pid}/task`).map(Number);
  return tids.filter((tid) => {
    const ran = readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'utf8').split(' ', 1)[0];
    return Number(ran) > 50e6;
  });
}

/** Peak resident memory in MB of 10^6 bytes (proc_pid_status(5)). */
export function peakMemoryMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024) / 1e6;
}

/** The one child of a process that has this command name; gdb, of our tool, or the loader of one that is not installed. */
export function childNamed(pid: number, name: RegExp): number {
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    const children = readFileSync(`/proc/${pid}/task/${tid}/children`, 'utf8');
    for (const child of children.split(' ').filter((text) => text !== '')) {
      if (name.test(readFileSync(`/proc/${child}/comm`, 'utf8'))) return Number(child);
    }
  }
  throw new Error(`process ${pid} has no child named ${name}`);
}
