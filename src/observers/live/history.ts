/** More columns than any terminal has. */
const CAPACITY = 1024;

/** One interval: the rates of the guests that were seen in it. */
interface Entry {
  readonly point: number;
  readonly rates: Map<number, number | undefined>;
}

/** The rates of the last intervals. What several guests say of one interval is added up. */
export class History {
  readonly #intervalNs: number;
  readonly #entries: Entry[] = [];

  constructor(intervalNs: number) {
    this.#intervalNs = intervalNs;
  }

  /** @returns the rate of all guests together, when all of them have been seen in this interval */
  add(
    pid: number,
    elapsedNs: number,
    mips: number | undefined,
    guests: number,
  ): number | undefined {
    const point = Math.round(elapsedNs / this.#intervalNs);
    const entry = this.#entryFor(point, pid);
    entry.rates.set(pid, mips);
    return entry.rates.size === guests ? sumOf(entry) : undefined;
  }

  /** Of that point of the grid, where the guest is not in it yet: guests may tell of theirs in bundles. */
  #entryFor(point: number, pid: number): Entry {
    const entries = this.#entries;
    let behind = entries.length;
    while (behind > 0 && (entries[behind - 1]?.point ?? 0) > point) behind -= 1;
    const last = entries[behind - 1];
    if (last !== undefined && last.point === point && !last.rates.has(pid)) return last;
    const entry = { point, rates: new Map() };
    entries.splice(behind, 0, entry);
    if (entries.length > CAPACITY) entries.shift();
    return entry;
  }

  /** The newest last; undefined where no guest gave a value. */
  values(): readonly (number | undefined)[] {
    return this.#entries.map(sumOf);
  }
}

function sumOf({ rates }: Entry): number | undefined {
  const known = [...rates.values()].filter((mips) => mips !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, mips) => sum + mips, 0);
}
