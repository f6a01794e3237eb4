import type { GuestLabels, ScrapedCounters, ScrapedGuest } from '../../exporter/fleet-families.js';
import type { Caveat } from '../../guest/vcpu-labels.js';
import type { WatchedGuest } from '../../guest/watched-guest.js';
import { type Reading, type ReadOutcome, shownVcpus, totalOf } from '../../sampler/reading.js';

/** How long a scrape waits for a guest's counters. Prometheus itself waits 10 s. */
const READ_MS = 1_000;

/** What came of one guest in one scrape. */
export interface SeriesRead {
  /** Undefined if it has ended. */
  readonly guest: ScrapedGuest | undefined;
  /** It was to be read, and could not be in time. That its owner has it stopped is no failure. */
  readonly hasFailed: boolean;
}

/** The series of one guest: its labels, and its counters when they are asked for. */
export class GuestSeries {
  readonly #guest: WatchedGuest;
  readonly #labels: GuestLabels;
  readonly #onCaveat: (text: string) => void;
  readonly #told = new Set<Caveat['kind']>();
  #shownVcpus = 1;
  /** The last read, while unfinished; gdb takes one request at a time. */
  #late: Promise<ReadOutcome> | undefined;

  /** `onCaveat` is told how far the counts can be trusted, each thing once. */
  constructor(guest: WatchedGuest, onCaveat: (text: string) => void) {
    this.#guest = guest;
    this.#onCaveat = onCaveat;
    this.#labels = labelsOf(guest);
  }

  async read(): Promise<SeriesRead> {
    const outcome = await inTime(this.#readNow(), READ_MS);
    if (outcome?.kind === 'ended') return { guest: undefined, hasFailed: false };
    return {
      guest: {
        labels: this.#labels,
        counters: outcome?.kind === 'reading' ? this.#counters(outcome.reading) : undefined,
      },
      hasFailed: outcome?.kind !== 'reading' && outcome?.kind !== 'stopped',
    };
  }

  /** The counters from now on, not those that an earlier scrape has asked for. */
  async #readNow(): Promise<ReadOutcome> {
    await this.#late;
    const read = this.#guest.read();
    this.#late = read;
    const outcome = await read;
    if (this.#late === read) this.#late = undefined;
    await this.#lookAtVcpus();
    return outcome;
  }

  /** What the labels of vCPUs say depends on how many there are. */
  async #lookAtVcpus(): Promise<void> {
    for (const { kind, text } of await this.#guest.info.lookAtVcpus()) {
      if (!this.#told.has(kind)) this.#onCaveat(text);
      this.#told.add(kind);
    }
  }

  #counters({ counters, windowNs }: Reading): ScrapedCounters {
    if (!this.#guest.attached.counters.perVcpu) {
      const total = totalOf(counters);
      return { counts: [{ vcpu: undefined, total }], windowNs };
    }
    this.#shownVcpus = shownVcpus(this.#shownVcpus, counters);
    const counts = counters
      .slice(0, this.#shownVcpus)
      .map((total, index) => ({ vcpu: this.#guest.info.vcpuLabel(index), total }));
    return { counts, windowNs };
  }
}

function labelsOf({ target, command, info }: WatchedGuest): GuestLabels {
  const { qemu, plugin, pluginKind, layout, mode, gdb } = info;
  return {
    pid: target.pid,
    startTicks: target.startTicks,
    name: command.name ?? '',
    architecture: command.architecture ?? '',
    qemu,
    plugin,
    pluginKind,
    layout,
    mode,
    gdb,
  };
}

/** What `promise` resolves to, or undefined if that takes longer. */
async function inTime<T>(promise: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), limitMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
