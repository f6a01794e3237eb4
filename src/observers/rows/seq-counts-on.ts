import type { Observer } from '../observer.js';

/** For the rows of one run after another: the samples' numbers go on, as their places in a file. */
export function seqCountsOn(rows: Observer): Observer {
  const seqs = new Map<number, number>();
  return {
    start: (info) => rows.start(info),
    tick(pid, tick) {
      if (tick.kind !== 'sample') return rows.tick(pid, tick);
      const seq = (seqs.get(pid) ?? 0) + 1;
      seqs.set(pid, seq);
      return rows.tick(pid, { ...tick, seq });
    },
    end: (pid, summary) => rows.end(pid, summary),
    close: () => rows.close(),
  };
}
