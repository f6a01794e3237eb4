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
    let entry = this.#entries.at(-1);
    if (entry === undefined || entry.point !== point || entry.rates.has(pid)) {
      entry = { point, rates: new Map() };
      this.#entries.push(entry);
      if (this.#entries.length > CAPACITY) this.#entries.shift();
    }
    entry.rates.set(pid, mips);
    return entry.rates.size === guests ? sumOf(entry) : undefined;
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
