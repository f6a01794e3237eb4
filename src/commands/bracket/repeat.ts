import type { Messages } from '../../messages.js';
import { combinedRun } from '../../sampler/sample.js';
import { reportFailures } from '../report/report.js';
import {
  type Counted,
  type CountedRun,
  runsHeader,
  runText,
  spreadText,
} from '../report/spread-text.js';
import type { BracketRun } from './bracket-run.js';

/** Tells of the runs of --repeat, each as it ends. */
export function reportRun(
  run: BracketRun,
  number: number,
  labelled: boolean,
  messages: Messages,
): void {
  if (run.status === undefined) return;
  if (number === 1) messages.text(runsHeader(labelled));
  messages.text(runText(number, run.status, countedIn(run, labelled)));
}

/**
 * Tells what the runs came to together.
 *
 * @returns the exit status, as far as it is ours
 */
export function reportRuns(
  runs: readonly BracketRun[],
  labelled: boolean,
  messages: Messages,
): number {
  const begun = runs.filter(({ status }) => status !== undefined);
  const byLabel = new Map<string | undefined, Counted<CountedRun>[]>();
  for (const counted of begun.flatMap((run) => countedIn(run, labelled))) {
    byLabel.set(counted.label, [...(byLabel.get(counted.label) ?? []), counted]);
  }
  const guests = [...byLabel].flatMap(([label, ofGuest]) => {
    const vcpuLabel = ofGuest[0]?.vcpuLabel ?? String;
    return [{ label, vcpuLabel, counted: ofGuest.map(({ counted }) => counted) }];
  });
  if (guests.length > 0) messages.text(spreadText(guests));
  return Math.max(0, ...runs.map(({ results }) => reportFailures(results, messages)));
}

/** The guests of a run that were counted, and all together where there are several. */
function countedIn(run: BracketRun, labelled: boolean): readonly Counted<CountedRun>[] {
  const guests = run.results.flatMap(({ guest, result }) =>
    result.kind === 'no-baseline'
      ? []
      : [
          {
            label: labelled ? String(guest.pid) : undefined,
            vcpuLabel: guest.info.vcpuLabel,
            counted: result.summary,
          },
        ],
  );
  if (guests.length < 2) return guests;
  const all = combinedRun(guests.map(({ counted }) => counted));
  return [...guests, { label: 'all', vcpuLabel: String, counted: all }];
}
