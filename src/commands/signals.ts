import { constants } from 'node:os';
import { isHangupIgnored } from './hangup.js';

const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The signals that ask us to end. */
export interface EndingSignals {
  /** The first that came. */
  received(): NodeJS.Signals | undefined;
  /** Back to the system's default. */
  release(): void;
}

/**
 * The first signal ends the run in good order; the second ends us at once, and gdb, whose input
 * closes with us, lets go of the guest by itself.
 */
export function onEndingSignals(end: () => void): EndingSignals {
  let first: NodeJS.Signals | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    if (first !== undefined) process.exit(signalStatus(signal));
    first = signal;
    end();
  };
  const signals = ENDING_SIGNALS.filter((signal) => signal !== 'SIGHUP' || !isHangupIgnored());
  for (const signal of signals) process.on(signal, listener);
  return {
    received: () => first,
    release: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}

/** The status that a shell shows for a program ended by a signal. */
export function signalStatus(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
