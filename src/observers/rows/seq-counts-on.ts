import type { Observer } from '../observer.js';

/** For the rows of one run after another: the samples' numbers go on, as their places in a file. */
export function seqCountsOn(rows: Observer): Observer {
  const seqs = new Map<number, number>();
  return {
    start: (info) => rows.start(info),
    ticks(pid, ticks) {
      let seq = seqs.get(pid) ?? 0;
      const counted = ticks.map((tick) => {
        if (tick.kind !== 'sample') return tick;
        seq += 1;
        return { ...tick, seq };
      });
      seqs.set(pid, seq);
      return rows.ticks(pid, counted);
    },
    end: (pid, summary) => rows.end(pid, summary),
    close: () => rows.close(),
  };
}
