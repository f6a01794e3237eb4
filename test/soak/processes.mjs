import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A file of /proc as text, '' where its process is gone. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path) {
  try {
    return readdirSync(path).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The gdb that this icount-gdb runs at the moment, if any. */
export function gdbOf(pid) {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim().split(' ');
  return children
    .filter(Boolean)
    .map(Number)
    .find((child) => isAlive(child));
}

/** All living processes with this text in their environment, which children inherit. */
export function processesMarked(mark) {
  return list('/proc')
    .map(Number)
    .filter((pid) => read(`/proc/${pid}/environ`).includes(mark) && isAlive(pid));
}

export function isAlive(pid) {
  return /^State:\t[^ZX]/m.test(read(`/proc/${pid}/status`));
}

/** What is wrong with a process's threads: stopped or traced ones; '' if nothing is. */
export function troubleOf(pid) {
  const troubles = list(`/proc/${pid}/task`).map((tid) => {
    const status = read(`/proc/${pid}/task/${tid}/status`);
    const state = /^State:\t(.)/m.exec(status)?.[1] ?? '';
    const tracer = /^TracerPid:\t(\d+)/m.exec(status)?.[1] ?? '0';
    return 'Tt'.includes(state) && state !== ''
      ? `stopped (${state})`
      : tracer === '0'
        ? ''
        : 'traced';
  });
  return troubles.find(Boolean) ?? '';
}

/** Resident memory in MB. */
export function residentMb(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

/** Looks every few milliseconds; false when it was in vain. */
export async function becomes(condition, limitMs, everyMs = 3) {
  const giveUpAt = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > giveUpAt) return false;
    await sleep(everyMs);
  }
  return true;
}

export function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has gone by itself meanwhile.
  }
}
