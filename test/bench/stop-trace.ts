import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const TRACING = '/sys/kernel/tracing';

/** A stretch of time for which one thread was stopped: in state T or t, not merely without a CPU. */
export interface Stop {
  readonly tid: number;
  /** CLOCK_MONOTONIC, as `process.hrtime.bigint()` gives it; precise to 1 µs. */
  readonly from: bigint;
  /** Undefined if the thread had not been woken by the end of the trace. */
  readonly until: bigint | undefined;
}

/**
 * Every stop of a process's threads, by the scheduler's own trace events: switched out in state T
 * or t (sched_switch) until made runnable (sched_wakeup). Threads that are made meanwhile are in.
 */
export class StopTrace implements Disposable {
  readonly #instance: string;
  readonly #threads: readonly number[];

  private constructor(instance: string, pid: number) {
    this.#instance = instance;
    this.#threads = readdirSync(`/proc/${pid}/task`).map(Number);
  }

  /** Why there is no such trace here; undefined if there is. Mounts tracefs where root may. */
  static unavailable(): string | undefined {
    if (canWrite(`${TRACING}/instances`)) return undefined;
    spawnSync('mount', ['-t', 'tracefs', 'nodev', TRACING]);
    if (canWrite(`${TRACING}/instances`)) return undefined;
    return `tracefs can't be written at ${TRACING} (it takes root, and a kernel with sched trace events)`;
  }

  static start(pid: number): StopTrace {
    const instance = join(TRACING, 'instances', `icount-gdb-${process.pid}-${pid}`);
    const trace = new StopTrace(instance, pid);
    mkdirSync(instance, { recursive: true });
    trace.#set('tracing_on', '0');
    trace.#set('trace_clock', 'mono');
    trace.#set('buffer_size_kb', '8192');
    trace.#set('options/event-fork', '1');
    trace.#set('set_event_pid', trace.#threads.join(' '));
    trace.#set('events/sched/sched_switch/filter', 'prev_state & 12');
    trace.#set('events/sched/sched_switch/enable', '1');
    for (const event of ['sched_wakeup', 'sched_process_fork', 'sched_process_exit']) {
      trace.#set(`events/sched/${event}/enable`, '1');
    }
    trace.#set('tracing_on', '1');
    return trace;
  }

  /** All stops so far, in order of their beginning. */
  stops(): readonly Stop[] {
    this.#set('tracing_on', '0');
    const stops = parseTrace(readFileSync(join(this.#instance, 'trace'), 'utf8'), this.#threads);
    this.#set('tracing_on', '1');
    return stops;
  }

  [Symbol.dispose](): void {
    this.#set('tracing_on', '0');
    rmdirSync(this.#instance);
  }

  #set(name: string, value: string): void {
    writeFileSync(join(this.#instance, name), value);
  }
}

/** For how long at least one thread was stopped, in ns; stops that did not end count until `end`. */
export function stoppedNs(stops: readonly Stop[], end: bigint): number {
  let total = 0n;
  let covered = 0n;
  for (const { from, until = end } of stops) {
    const start = from > covered ? from : covered;
    if (until > start) total += until - start;
    if (until > covered) covered = until;
  }
  return Number(total);
}

/** The stops that touch the time from `from` to `until`. */
export function stopsWithin(stops: readonly Stop[], from: bigint, until: bigint): readonly Stop[] {
  return stops.filter((stop) => stop.from < until && (stop.until ?? until) > from);
}

const EVENT = / (?<seconds>\d+)\.(?<micros>\d{6}): (?<name>sched_\w+): (?<fields>.*)$/;
const LOST = /LOST \d+ EVENTS/;

/**
 * The text of `trace` (the kernel's Documentation/trace/events), of which `threads` were there at
 * its beginning. It also tells of strangers: of gdb's child, say, that stops for gdb to try ptrace
 * on, and so makes way for a thread of ours.
 */
export function parseTrace(text: string, threads: readonly number[]): readonly Stop[] {
  const ours = new Set(threads);
  const stops: { tid: number; from: bigint; until: bigint | undefined }[] = [];
  const open = new Map<number, { until: bigint | undefined }>();
  for (const line of text.split('\n')) {
    if (LOST.test(line)) throw new Error('the kernel lost trace events');
    const { seconds, micros, name, fields = '' } = EVENT.exec(line)?.groups ?? {};
    const pid = numberIn(fields, /(?:^| )pid=(\d+)/);
    switch (name) {
      case 'sched_process_fork':
        if (ours.has(pid)) ours.add(numberIn(fields, /child_pid=(\d+)/));
        break;
      case 'sched_process_exit':
        ours.delete(pid);
        break;
      case 'sched_switch': {
        const tid = numberIn(fields, /prev_pid=(\d+)/);
        if (!ours.has(tid) || !/ prev_state=[Tt]\+? ==>/.test(fields)) break;
        const stop = { tid, from: nsOf(seconds, micros), until: undefined };
        stops.push(stop);
        open.set(tid, stop);
        break;
      }
      case 'sched_wakeup': {
        const stop = open.get(pid);
        if (stop !== undefined) stop.until = nsOf(seconds, micros);
        open.delete(pid);
        break;
      }
    }
  }
  return stops;
}

function numberIn(fields: string, pattern: RegExp): number {
  return Number(pattern.exec(fields)?.[1]);
}

function nsOf(seconds = '0', micros = '0'): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(micros) * 1000n;
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
