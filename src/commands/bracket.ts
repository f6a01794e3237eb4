import type { Messages } from '../cli/messages.js';
import { systemClock } from '../clock.js';
import { areLabelled, withGuests } from '../guest/guests.js';
import type { WatchedGuest } from '../guest/watched-guest.js';
import { withPlot } from '../observers/plot/with-plot.js';
import { openRows, seqCountsOn, writeRows } from '../observers/rows/rows.js';
import { type BracketRun, runBracketed } from './bracket/bracket-run.js';
import { CommandRunner } from './bracket/command-runner.js';
import { findCommand } from './bracket/find-command.js';
import { reportRun, reportRuns } from './bracket/repeat.js';
import type { BracketOptions } from './options.js';
import { report } from './report/report.js';
import { signalStatus } from './signals.js';

/**
 * Counts what guests execute while a command runs, once or several times.
 *
 * @returns the command's exit status, of the first run that failed; ours where only we failed
 * @throws CommandError, or an IcountError that says why nothing was counted
 */
export async function bracket(options: BracketOptions, messages: Messages): Promise<number> {
  findCommand(options.command[0], process.env['PATH']);
  const labelled = areLabelled(options.guests);
  const runner = new CommandRunner(options.command);
  try {
    // Our stdout is the command's.
    const place = options.rows ? openRows(options, process.stderr, 'standard error') : undefined;
    return await withPlot(options.plot, (plot) =>
      withGuests(options, messages, async (guests) => {
        const rows = place === undefined ? [] : [writeRows(place, options, labelled, () => {})];
        const observers = [...rows.map(seqCountsOn), ...plot];
        const runs: BracketRun[] = [];
        let left = guests;
        while (runs.length < options.repeat && left.length > 0 && runner.signal === undefined) {
          const { intervalNs } = options;
          const run = await runBracketed(left, runner, systemClock, intervalNs, observers);
          runs.push(run);
          if (options.repeat > 1) reportRun(run, runs.length, labelled, messages);
          left = guestsLeft(run);
        }
        for (const each of rows) await each.close();

        noticeEarlyEnds(runs, messages);
        const [first] = runs;
        const ours =
          options.repeat === 1 && first !== undefined
            ? report(first.results, labelled, messages)
            : reportRuns(runs, labelled, messages);
        return statusOf(runs, options.repeat, runner.signal) ?? ours;
      }),
    );
  } finally {
    runner.release();
  }
}

/** Those whom another run could count. */
function guestsLeft({ results }: BracketRun): readonly WatchedGuest[] {
  return results.flatMap(({ guest, result }) =>
    result.kind === 'finished' && result.summary.reason !== 'exited' ? [guest] : [],
  );
}

/** The command's exit status, or that of the signal which kept it from being run. */
function statusOf(
  runs: readonly BracketRun[],
  planned: number,
  signal: NodeJS.Signals | undefined,
): number | undefined {
  const failed = runs.find(({ status = 0 }) => status !== 0);
  if (failed !== undefined) return failed.status;
  const wasCutShort = runs.length < planned || runs.at(-1)?.status === undefined;
  return signal !== undefined && wasCutShort ? signalStatus(signal) : undefined;
}

function noticeEarlyEnds(runs: readonly BracketRun[], messages: Messages): void {
  for (const { guest, result } of runs.flatMap(({ results }) => results)) {
    if (result.kind === 'finished' && result.summary.reason === 'exited') {
      messages.notice(
        `process ${guest.pid} ended before the command did: its count reaches up to its last reading only`,
      );
    }
  }
}
