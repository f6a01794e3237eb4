import type { Caveat } from '../guest/vcpu-labels.js';
import type { Observer, RunInfo } from './observer.js';

/** How often a guest's threads are counted at most; that takes a few microseconds. */
const LOOK_MS = 200;

/**
 * Says how far the counts can be trusted: each thing once for each guest, when it becomes true. It
 * sees to the names of the vCPUs, too, for those who are told of a tick after it.
 */
export function tellCaveats(notice: (text: string) => void, labelled: boolean): Observer {
  const guests = new Map<number, Told>();
  const look = async (pid: number, told: Told | undefined): Promise<void> => {
    if (told === undefined) return;
    told.lookedAtMs = performance.now();
    for (const { kind, text } of await told.info.lookAtVcpus()) {
      if (told.kinds.has(kind)) continue;
      told.kinds.add(kind);
      notice(labelled ? `process ${pid}: ${text}` : text);
    }
  };
  return {
    async start(info) {
      const kinds = guests.get(info.pid)?.kinds ?? new Set();
      const told = { info, kinds, lookedAtMs: 0 };
      guests.set(info.pid, told);
      await look(info.pid, told);
    },
    ticks(pid) {
      const told = guests.get(pid);
      // Not awaited: the next tick may be due before files of /proc have been read.
      if (performance.now() - (told?.lookedAtMs ?? 0) >= LOOK_MS) void look(pid, told);
    },
    end: (pid) => look(pid, guests.get(pid)),
    close() {},
  };
}

interface Told {
  readonly info: RunInfo;
  readonly kinds: Set<Caveat['kind']>;
  lookedAtMs: number;
}

/** Says that a run goes on without guests, when the last of them has ended. */
export function tellNoneLeft(notice: (text: string) => void): Observer {
  let guests = 0;
  return {
    start() {
      guests += 1;
    },
    ticks() {},
    end(_, { reason }) {
      guests -= 1;
      if (guests === 0 && reason === 'exited') {
        notice('no guest is left; those that start will be taken in');
      }
    },
    close() {},
  };
}
