import type { Summary, Tick } from '../sampler/sample.js';
import type { RunInfo } from './rows/format.js';

/** Somebody who is told what happens in the run of one guest: rows, a view, a chart. */
export interface Observer {
  /** The baseline was read. */
  start(info: RunInfo): void | Promise<void>;
  /** Awaited: as long as it takes, no tick of this guest is taken. */
  tick(pid: number, tick: Tick): void | Promise<void>;
  end(pid: number, summary: Summary): void | Promise<void>;
}
