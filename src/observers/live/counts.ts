import { abridged } from '../../guest/vcpu-labels.js';
import { mipsOf, type Sample, type Tick } from '../../sampler/sample.js';
import type { RunInfo } from '../observer.js';
import { missedText } from '../state-text.js';
import { History } from './history.js';
import { type LivePart, type LiveState, type LiveTotals, titlesOf } from './state.js';

/** One guest as it was last seen. */
interface LastSeen {
  /** From when the run began to the last tick. */
  readonly elapsedNs: number;
  readonly mips: number | undefined;
  readonly vcpus: readonly LivePart[];
  /** Why it has no rate now. */
  readonly trouble: string | undefined;
  readonly insns: bigint;
  /** It gives no more ticks. */
  readonly isOver: boolean;
}

const UNSEEN: LastSeen = {
  elapsedNs: 0,
  mips: undefined,
  vcpus: [],
  trouble: undefined,
  insns: 0n,
  isOver: false,
};

/** Follows the ticks of one guest or several, and knows at any time what there is to show. */
export class LiveCounts {
  readonly #intervalNs: number;
  readonly #infos = new Map<number, RunInfo>();
  readonly #seen = new Map<number, LastSeen>();
  readonly #history: History;
  /** Of guests that are shown no more. */
  #goneInsns = 0n;
  #goneElapsedNs = 0;
  #resetInsns = 0n;
  #resetElapsedNs = 0;
  #leastMips: number | undefined;
  #mostMips: number | undefined;
  #gaps = 0;
  #notice: string | undefined;

  constructor(intervalNs: number) {
    this.#intervalNs = intervalNs;
    this.#history = new History(intervalNs);
  }

  /** Guests that have ended are shown until another one comes. */
  start(info: RunInfo): void {
    for (const [pid, seen] of this.#seen) if (seen.isOver) this.#forget(pid, seen);
    this.#infos.set(info.pid, info);
    this.#seen.set(info.pid, { ...UNSEEN, elapsedNs: info.joinedNs });
  }

  tick(pid: number, ownTick: Tick): void {
    const joinedNs = this.#infos.get(pid)?.joinedNs ?? 0;
    const tick = { ...ownTick, elapsedNs: joinedNs + ownTick.elapsedNs };
    const before = this.#seen.get(pid) ?? UNSEEN;
    this.#seen.set(
      pid,
      tick.kind === 'sample' ? this.#sampled(pid, before, tick) : missed(before, tick),
    );
    if (tick.kind === 'gap') this.#gaps += 1;
    const mips = tick.kind === 'sample' ? tick.mips : undefined;
    const whole = this.#history.add(pid, tick.elapsedNs, mips, this.#livingGuests());
    if (whole === undefined) return;
    this.#leastMips = Math.min(whole, this.#leastMips ?? whole);
    this.#mostMips = Math.max(whole, this.#mostMips ?? whole);
  }

  end(pid: number, how: string): void {
    const last = this.#seen.get(pid) ?? UNSEEN;
    this.#seen.set(pid, { ...last, mips: undefined, vcpus: [], trouble: how, isOver: true });
  }

  notice(text: string): void {
    this.#notice = text;
  }

  /** The totals begin again; the past that the history shows stays. */
  reset(): void {
    this.#resetInsns = this.#insns();
    this.#resetElapsedNs = this.#elapsedNs();
    this.#leastMips = undefined;
    this.#mostMips = undefined;
    this.#gaps = 0;
    this.#notice = undefined;
  }

  state(): LiveState {
    const guests = [...this.#seen];
    const rates = guests.flatMap(([, { mips }]) => (mips === undefined ? [] : [mips]));
    const [only] = guests;
    return {
      ...titlesOf([...this.#infos.values()], this.#intervalNs),
      intervalNs: this.#intervalNs,
      elapsedNs: this.#elapsedNs(),
      nowMips: rates.length === 0 ? undefined : rates.reduce((sum, mips) => sum + mips, 0),
      trouble: guests.find(([, { trouble }]) => trouble !== undefined)?.[1].trouble,
      totals: this.#totals(),
      history: this.#history.values(),
      parts: guests.length === 1 && only !== undefined ? only[1].vcpus : guests.map(partOf),
      notice: this.#notice,
    };
  }

  #sampled(pid: number, before: LastSeen, sample: Sample): LastSeen {
    const { elapsedNs, durNs, mips, insns, vcpus = [] } = sample;
    const label = this.#infos.get(pid)?.vcpuLabel ?? String;
    return {
      elapsedNs,
      mips,
      vcpus: vcpus.map((vcpu) => ({
        label: `cpu ${abridged(label(vcpu.index))}`,
        mips: mipsOf(vcpu.insns, durNs),
      })),
      trouble: undefined,
      insns: before.insns + insns,
      isOver: false,
    };
  }

  #totals(): LiveTotals {
    return {
      insns: this.#insns() - this.#resetInsns,
      elapsedNs: this.#elapsedNs() - this.#resetElapsedNs,
      leastMips: this.#leastMips,
      mostMips: this.#mostMips,
      gaps: this.#gaps,
    };
  }

  #forget(pid: number, { insns, elapsedNs }: LastSeen): void {
    this.#goneInsns += insns;
    this.#goneElapsedNs = Math.max(this.#goneElapsedNs, elapsedNs);
    this.#seen.delete(pid);
    this.#infos.delete(pid);
  }

  #livingGuests(): number {
    return [...this.#seen.values()].filter(({ isOver }) => !isOver).length;
  }

  #insns(): bigint {
    return [...this.#seen.values()].reduce((sum, { insns }) => sum + insns, this.#goneInsns);
  }

  #elapsedNs(): number {
    return Math.max(
      this.#goneElapsedNs,
      ...[...this.#seen.values()].map(({ elapsedNs }) => elapsedNs),
    );
  }
}

function missed(before: LastSeen, tick: Exclude<Tick, Sample>): LastSeen {
  const vcpus = before.vcpus.map(({ label }) => ({ label, mips: undefined }));
  return {
    ...before,
    elapsedNs: tick.elapsedNs,
    mips: undefined,
    vcpus,
    trouble: missedText(tick),
  };
}

function partOf([pid, { mips, trouble }]: readonly [number, LastSeen]): LivePart {
  return { label: String(pid), mips, ...(trouble === undefined ? {} : { state: trouble }) };
}
