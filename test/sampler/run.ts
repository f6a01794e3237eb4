import { type Pace, PacedSource } from '../../src/sampler/paced-source.js';
import type { CounterSource, ReadOutcome } from '../../src/sampler/reading.js';
import type { Sample, Summary, Tick } from '../../src/sampler/sample.js';
import { runSampler, type SamplerOptions, type SamplerResult } from '../../src/sampler/sampler.js';
import type { FakeClock } from './fake-clock.js';

export const SECOND = 1_000_000_000;

/** The counters as read now. */
export function reading(clock: FakeClock, counters: readonly bigint[]): ReadOutcome {
  return { kind: 'reading', reading: { counters, takenAt: clock.now(), windowNs: 0 } };
}

/** Answers the baseline's read and those after it, one by one. */
export function script(
  clock: FakeClock,
  steps: readonly ((clock: FakeClock) => ReadOutcome)[],
): CounterSource {
  let next = 0;
  return {
    read: async () => {
      const step = steps[next];
      next += 1;
      if (step === undefined) throw new Error(`read ${next} is not in the script`);
      return step(clock);
    },
  };
}

export function counters(...values: bigint[]): (clock: FakeClock) => ReadOutcome {
  return (clock) => reading(clock, values);
}

/** One instruction per µs, so that a sample's `insns` tells the time that it covers. */
export function steadySource(clock: FakeClock): CounterSource {
  return { read: async () => reading(clock, [clock.now() / 1000n]) };
}

export interface Run {
  readonly result: SamplerResult;
  readonly ticks: readonly Tick[];
  readonly samples: readonly Sample[];
}

export async function run(
  options: Omit<Partial<SamplerOptions>, 'source'> &
    Pick<SamplerOptions, 'clock'> &
    Pace & { readonly source: CounterSource },
): Promise<Run> {
  const ticks: Tick[] = [];
  const result = await runSampler({
    intervalNs: SECOND,
    limit: {},
    perVcpu: false,
    signal: new AbortController().signal,
    onTicks: (told) => {
      ticks.push(...told);
    },
    ...options,
    source: new PacedSource(options.source, options.clock, options),
  });
  return { result, ticks, samples: ticks.filter((tick) => tick.kind === 'sample') };
}

export function summaryOf({ result }: Run): Summary {
  if (result.kind === 'no-baseline') throw new Error('there was no baseline');
  return result.summary;
}

export function sumInsns(samples: readonly Sample[]): bigint {
  return samples.reduce((total, sample) => total + sample.insns, 0n);
}

export function sumDurNs(samples: readonly Sample[]): number {
  return samples.reduce((total, sample) => total + sample.durNs, 0);
}
