import type { FormatName } from '../output/formats.js';
import type { GuestOptions } from './guest.js';

/** What every command takes: how a guest is looked at, and how much is said about it. */
export interface CommonOptions extends GuestOptions {
  /** No notices, no spinner, no summary. */
  readonly quiet: boolean;
  /** The conversation with gdb on stderr. */
  readonly verbose: boolean;
}

/** A poll, as the command line asked for it. */
export interface PollOptions extends CommonOptions {
  readonly pid: number;
  readonly intervalNs: number;
  readonly count: number | undefined;
  readonly durationNs: number | undefined;
  readonly format: FormatName;
  readonly output: string | undefined;
  readonly append: boolean;
  /** Whether a terminal may be given colours (https://no-color.org). */
  readonly colour: boolean;
}

/** An inspection, as the command line asked for it. */
export interface InspectOptions extends CommonOptions {
  readonly pid: number;
  /** Else only the files are looked at. */
  readonly attach: boolean;
}
