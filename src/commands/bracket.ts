import { InterruptedError } from '../errors.js';
import { areLabelled, withGuests } from '../guest/guests.js';
import type { WatchedGuest } from '../guest/watched-guest.js';
import type { Messages } from '../messages.js';
import { tellCaveats } from '../observers/notices.js';
import { type Observer, Observers } from '../observers/observer.js';
import { openRows, seqCountsOn } from '../observers/rows/open-rows.js';
import { type BracketRun, runBracketed } from './bracket/bracket-run.js';
import { CommandRunner } from './bracket/command-runner.js';
import { findCommand } from './bracket/find-command.js';
import { reportRun, reportRuns } from './bracket/repeat.js';
import { report } from './report/report.js';
import { takingIn } from './sample-guests.js';
import { signalStatus } from './signals.js';
import type { WatchOptions } from './watch-options.js';

/** Counting while a command runs, as the command line asked for it. */
export interface BracketOptions extends WatchOptions {
  readonly command: readonly [file: string, ...args: string[]];
  readonly repeat: number;
  /** Without it there are no rows but one for each run, and these only where they were asked for. */
  readonly intervalNs: number | undefined;
  /** Rows were asked for: an interval, a format or an output file was given. */
  readonly rows: boolean;
}

/**
 * Counts what guests execute while a command runs, once or several times.
 *
 * @returns the command's exit status, of the first run that failed; ours where only we failed
 * @throws CommandError, or an IcountError that says why nothing was counted
 */
export async function bracket(options: BracketOptions, messages: Messages): Promise<number> {
  findCommand(options.command[0], process.env['PATH']);
  const labelled = areLabelled(options.guests);
  const runner = await CommandRunner.open(options.command);
  let observers = new Observers([]);
  try {
    observers = new Observers([
      tellCaveats(messages.notice, labelled),
      ...(await openObservers(options, labelled)),
    ]);
    return await withGuests(options, messages, runner.interrupted, async (guests, leftOut) => {
      const runs: BracketRun[] = [];
      let left = guests;
      while (runs.length < options.repeat && left.length > 0 && runner.signal === undefined) {
        const takeIn = takingIn(options, messages, left, leftOut);
        const { intervalNs } = options;
        const run = await runBracketed(left, runner, intervalNs, observers, takeIn);
        runs.push(run);
        if (options.repeat > 1) reportRun(run, runs.length, labelled, messages);
        left = guestsLeft(run, left);
      }
      const closed = observers.close();
      await Promise.allSettled([closed]);

      noticeEarlyEnds(runs, messages);
      const [first] = runs;
      const ours =
        options.repeat === 1 && first !== undefined
          ? report(first.results, labelled, messages)
          : reportRuns(runs, labelled, messages);
      await closed;
      return statusOf(runs, options.repeat, runner.signal) ?? ours;
    });
  } catch (error) {
    if (error instanceof InterruptedError && runner.signal !== undefined) {
      return signalStatus(runner.signal);
    }
    throw error;
  } finally {
    await Promise.allSettled([observers.close()]);
    runner.release();
  }
}

/** @throws UsageError, OutputError */
async function openObservers(
  options: BracketOptions,
  labelled: boolean,
): Promise<readonly Observer[]> {
  const observers: Observer[] = [];
  if (options.rows) {
    // Our stdout is the command's.
    const stderr = { stream: process.stderr, name: 'standard error' };
    observers.push(seqCountsOn(openRows(options, stderr, labelled, () => {})));
  }
  if (options.plot !== undefined) {
    const { openPlot } = await import('../observers/plot/open-plot.js');
    observers.push(openPlot(options.plot));
  }
  return observers;
}

/** Those of the watched whom another run could count; whoever came later is left by now. */
function guestsLeft(
  { results }: BracketRun,
  watched: readonly WatchedGuest[],
): readonly WatchedGuest[] {
  const counted = results.flatMap(({ guest, result }) =>
    result.kind === 'finished' && result.summary.reason !== 'exited' ? [guest] : [],
  );
  return watched.filter((guest) => counted.includes(guest));
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
