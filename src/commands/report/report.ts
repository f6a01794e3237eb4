import { ExitCode, type IcountError, SamplingFailedError } from '../../errors.js';
import type { Messages } from '../../messages.js';
import { guestEndText } from '../../observers/state-text.js';
import type { ReadOutcome } from '../../sampler/reading.js';
import type { Summary } from '../../sampler/sample.js';
import type { SamplerResult } from '../../sampler/sampler.js';
import type { GuestResult } from '../sample-guests.js';
import { severalText } from './several-text.js';
import { summaryText } from './summary-text.js';

/**
 * Tells how the run went: the summary of each guest and of all, and what failed.
 *
 * @returns the exit status: 0 if every guest's run ended well, else the greatest of theirs
 */
export function report(
  results: readonly GuestResult[],
  labelled: boolean,
  messages: Messages,
): number {
  const runs = results.flatMap(({ guest, result, joinedNs }) =>
    result.kind === 'no-baseline'
      ? []
      : [{ pid: guest.pid, vcpuLabel: guest.info.vcpuLabel, summary: result.summary, joinedNs }],
  );
  const [only] = runs;
  if (only !== undefined) {
    messages.text(labelled ? severalText(runs) : summaryText(only.summary, only.vcpuLabel));
  }
  return reportFailures(results, messages);
}

/** Tells what failed, and returns the exit status that goes with it. */
export function reportFailures(results: readonly GuestResult[], messages: Messages): number {
  const failures = results.flatMap(({ guest, result }) => {
    const failure = failureOf(guest.pid, result);
    return failure === undefined ? [] : [failure];
  });
  for (const failure of failures) messages.failure(failure);
  return Math.max(ExitCode.ok, ...failures.map(({ exitCode }) => exitCode));
}

/** The samples of all guests. */
export function summariesOf(results: readonly GuestResult[]): readonly Summary[] {
  return results.flatMap(({ result }) => (result.kind === 'no-baseline' ? [] : [result.summary]));
}

function failureOf(pid: number, result: SamplerResult): IcountError | undefined {
  switch (result.kind) {
    case 'finished':
      return undefined;
    case 'lost':
      return countersLost(pid, result.reason);
    case 'no-baseline':
      return noBaseline(pid, result.outcome);
    default:
      return result satisfies never;
  }
}

/** The error for a guest that runs on, but can't be read. */
export function countersLost(pid: number, reason: string): SamplingFailedError {
  return new SamplingFailedError(
    `the counters of process ${pid} can't be read any more: ${reason}`,
    seeDoctor(pid),
  );
}

function seeDoctor(pid: number): string {
  return `icount-gdb doctor ${pid} says what is in the way`;
}

/** The error for a guest whose first read gave no counters. */
export function noBaseline(
  pid: number,
  outcome: Exclude<ReadOutcome, { readonly kind: 'reading' }>,
): SamplingFailedError {
  switch (outcome.kind) {
    case 'ended':
      return new SamplingFailedError(
        `process ${pid} ended before its counters were read: ${guestEndText(outcome.end)}`,
      );
    case 'stopped':
      if (outcome.by === 'freezer') {
        return new SamplingFailedError(`process ${pid} was frozen before its counters were read`);
      }
      return new SamplingFailedError(
        `process ${pid} was stopped before its counters were read`,
        `let it run first: kill -CONT ${pid}`,
      );
    case 'failed':
    case 'lost':
      return new SamplingFailedError(
        `can't read the counters of process ${pid}: ${outcome.reason}`,
        seeDoctor(pid),
      );
    default:
      return outcome satisfies never;
  }
}
