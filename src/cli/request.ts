import type { Command } from 'commander';
import { ExitCode } from '../errors.js';
import type { Messages } from '../messages.js';
import { printOut } from '../output/open-output.js';

/** What a command line asks for: data, and who does it. */
export interface Request {
  /** The command's name; `poll` and `bracket` are those without one. */
  readonly kind: string;
  /** As the command line has them, each checked. */
  readonly options: object;
  /** How much is said about it. */
  readonly verbosity: Verbosity;
  /**
   * Runs the command and returns the exit status. Its modules are loaded only then: each costs about
   * 1 ms.
   */
  readonly run: (messages: Messages) => Promise<number>;
}

/** How much is said on stderr. */
export interface Verbosity {
  /** No notices, no spinner, no summary. */
  readonly quiet: boolean;
  /** The conversation with gdb on stderr. */
  readonly verbose: boolean;
}

/** For requests without --quiet and --verbose. */
export const DEFAULT_VERBOSITY: Verbosity = { quiet: false, verbose: false };

/** Takes what was asked for. */
export type TakeRequest = (request: Request) => void;

/** Adds a command to commander; once given, it passes its request to `take`. */
export type Subcommand = (program: Command, take: TakeRequest) => void;

/** A text to be printed on standard output, and no more. */
export function textRequest(text: string): Request {
  return {
    kind: 'text',
    options: { text },
    verbosity: DEFAULT_VERBOSITY,
    run: async () => {
      await printOut(text);
      return ExitCode.ok;
    },
  };
}
