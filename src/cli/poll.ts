import { ExitCode, SamplingFailedError } from '../errors.js';
import type { RunInfo } from '../output/format.js';
import { createFormat } from '../output/formats.js';
import { inheritedOutput, openOutput } from '../output/open-output.js';
import { guestEndText, summaryText } from '../output/summary-text.js';
import { systemClock } from '../sampler/clock.js';
import type { ReadOutcome } from '../sampler/reading.js';
import type { Tick } from '../sampler/sample.js';
import { runSampler } from '../sampler/sampler.js';
import { type AttachedGuest, attachGuest, type ResolvedGuest, resolveGuest } from './guest.js';
import type { Messages } from './messages.js';
import type { PollOptions } from './options.js';
import { onEndingSignals, signalStatus } from './signals.js';
import { countingCaveats, vcpuLabels } from './vcpus.js';

/**
 * Attaches to a guest and prints its counters' deltas until a limit, a signal or its end.
 *
 * @returns the exit status
 * @throws an IcountError that says why there is nothing to print
 */
export async function poll(options: PollOptions, messages: Messages): Promise<number> {
  const stop = new AbortController();
  const signals = onEndingSignals(() => stop.abort('interrupted'));
  // Before the guest is touched: what can't be written need not be read.
  const output =
    options.output === undefined
      ? { writer: inheritedOutput(process.stdout, 'standard output'), continued: false }
      : openOutput(options.output, options.append);
  const toTerminal = options.output === undefined && process.stdout.isTTY;
  const format = createFormat(options.format, {
    terminal: toTerminal,
    colour: toTerminal && options.colour,
    continued: output.continued,
  });
  const write = async (rows: string): Promise<void> => {
    if (rows !== '' && (await output.writer.write(rows)) === 'closed') stop.abort('stopped');
  };

  const waited = await messages.wait(`attaching to process ${options.pid}`);
  let guest: ResolvedGuest | undefined;
  try {
    guest = await resolveGuest(options.pid, options, systemClock, {
      onNotice: messages.notice,
      onOver: () => stop.abort('stopped'),
      ...(options.verbose ? { onLine: messages.conversation } : {}),
    });
    const { watch } = guest;
    const attached = await attachGuest(guest, options);
    waited();
    for (const caveat of countingCaveats(attached)) messages.notice(caveat);

    const info = runInfo(guest, attached, options);
    const result = await runSampler({
      source: { read: () => watch.read(attached.counters) },
      clock: systemClock,
      intervalNs: options.intervalNs,
      limit: {
        ...(options.count === undefined ? {} : { count: options.count }),
        ...(options.durationNs === undefined ? {} : { durationNs: options.durationNs }),
      },
      perVcpu: attached.counters.perVcpu,
      signal: stop.signal,
      onBaseline: ({ wall }) => write(format.start({ ...info, wall })),
      onTick: (tick) => write(formatTick(tick)),
    });
    if (result.kind === 'no-baseline') throw noBaseline(options.pid, result.outcome);
    const { summary } = result;
    await write(format.summary(summary));
    await output.writer.close();
    messages.text(summaryText(summary, info.vcpuLabel));
    const signal = signals.received();
    if (summary.samples === 0 && signal !== undefined) return signalStatus(signal);
    return ExitCode.ok;
  } finally {
    waited();
    await guest?.watch.leave();
    await guest?.plugin.handle.close();
    signals.release();
  }

  function formatTick(tick: Tick): string {
    switch (tick.kind) {
      case 'sample':
        return format.sample(tick);
      case 'gap':
        return format.gap(tick);
      case 'stopped':
        return format.stopped(tick);
      default:
        return tick satisfies never;
    }
  }
}

function runInfo(
  guest: ResolvedGuest,
  attached: AttachedGuest,
  options: PollOptions,
): Omit<RunInfo, 'wall'> {
  return {
    pid: guest.target.pid,
    qemu: guest.target.executable,
    plugin: guest.plugin.mappedPath,
    layout: attached.counters.layout,
    mode: attached.counters.mode,
    gdb: guest.watch.gdbVersion,
    intervalNs: options.intervalNs,
    vcpuLabel: vcpuLabels(attached),
  };
}

function noBaseline(
  pid: number,
  outcome: Exclude<ReadOutcome, { readonly kind: 'reading' }>,
): SamplingFailedError {
  switch (outcome.kind) {
    case 'ended':
      return new SamplingFailedError(
        `process ${pid} ended before its counters were read: ${guestEndText(outcome.end)}`,
      );
    case 'stopped':
      return new SamplingFailedError(
        `process ${pid} was stopped before its counters were read`,
        `let it run first: kill -CONT ${pid}`,
      );
    case 'failed':
    case 'lost':
      return new SamplingFailedError(
        `can't read the counters of process ${pid}: ${outcome.reason}`,
      );
    default:
      return outcome satisfies never;
  }
}
