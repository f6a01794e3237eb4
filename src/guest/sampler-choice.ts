import { GdbUnusableError, UsageError } from '../errors.js';

/** Who takes the samples: gdb by itself, or we, who ask gdb for each one by MI. */
export type SamplerKind = 'gdb' | 'mi';

/** The values of --sampler. */
export const samplerChoices = ['auto', 'gdb', 'mi'] as const;

/** One of `samplerChoices`; `auto` is gdb where it can. */
export type SamplerChoice = (typeof samplerChoices)[number];

/** The shortest interval of each. */
const MIN_INTERVAL_NS: Readonly<Record<SamplerKind, number>> = { gdb: 250_000, mi: 1_000_000 };

/**
 * By what gdb has been asked: `noSampler` is why it can't take samples by itself.
 *
 * @throws GdbUnusableError if it is to, and can't
 */
export function chooseSampler(
  choice: SamplerChoice,
  gdbCommand: string,
  noSampler: string | undefined,
): SamplerKind {
  switch (choice) {
    case 'auto':
      return noSampler === undefined ? 'gdb' : 'mi';
    case 'gdb':
      if (noSampler === undefined) return 'gdb';
      throw new GdbUnusableError(gdbCommand, `can't take samples by itself: ${noSampler}`);
    case 'mi':
      return 'mi';
    default:
      return choice satisfies never;
  }
}

/** @throws UsageError if it is shorter than what takes the samples can do with */
export function checkInterval(
  intervalNs: number,
  kind: SamplerKind,
  text = `${intervalNs / 1e3}us`,
): void {
  if (intervalNs >= MIN_INTERVAL_NS[kind]) return;
  throw kind === 'gdb'
    ? new UsageError(`--interval ${text} is too short`, 'the shortest interval is 250us')
    : new UsageError(
        `--interval ${text} is too short for samples by MI`,
        'the shortest is 1ms there, and 250us where gdb has Python and takes them itself',
      );
}
