import type { GuestOptions } from '../guest/guest.js';
import type { FormatName } from '../observers/rows/formats.js';

/** What every command takes: how a guest is looked at, and how much is said about it. */
export interface CommonOptions extends GuestOptions {
  /** No notices, no spinner, no summary. */
  readonly quiet: boolean;
  /** The conversation with gdb on stderr. */
  readonly verbose: boolean;
}

/** Which guests: those named, in their order, or every one that we may watch. */
export type GuestChoice =
  | { readonly kind: 'named'; readonly pids: readonly number[] }
  | { readonly kind: 'all' };

/** Guests under watch, and where their data goes. */
export interface WatchOptions extends CommonOptions {
  readonly guests: GuestChoice;
  readonly format: FormatName;
  readonly output: string | undefined;
  readonly append: boolean;
  /** Whether a terminal may be given colours (https://no-color.org). */
  readonly colour: boolean;
}

/** A poll, as the command line asked for it. */
export interface PollOptions extends WatchOptions {
  readonly intervalNs: number;
  readonly count: number | undefined;
  readonly durationNs: number | undefined;
  /** A view that is redrawn in place, instead of rows. */
  readonly live: boolean;
  /** The file for a chart of the whole run. */
  readonly plot: string | undefined;
}

/** Counting while a command runs, as the command line asked for it. */
export interface BracketOptions extends WatchOptions {
  readonly command: readonly [file: string, ...args: string[]];
  readonly repeat: number;
  /** Without it there are no rows but one for each run, and these only where they were asked for. */
  readonly intervalNs: number | undefined;
  /** Rows were asked for: an interval, a format or an output file was given. */
  readonly rows: boolean;
  readonly plot: string | undefined;
}

/** An inspection, as the command line asked for it. */
export interface InspectOptions extends CommonOptions {
  readonly pid: number;
  /** Else only the files are looked at. */
  readonly attach: boolean;
}

/** A list of guests, as the command line asked for it. */
export interface ListOptions {
  readonly format: ListFormatName;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export const listFormatNames = ['table', 'jsonl'] as const;

export type ListFormatName = (typeof listFormatNames)[number];

/** A diagnosis, as the command line asked for it. */
export interface DoctorOptions extends CommonOptions {
  /** Undefined: of this host alone. */
  readonly pid: number | undefined;
}
