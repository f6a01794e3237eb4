import type { GuestChoice } from '../guest/guests.js';
import type { GuestOptions } from '../guest/resolve-guest.js';
import type { RowsOptions } from '../observers/rows/open-rows.js';

/** Guests under watch, and where what is seen goes. */
export interface WatchOptions extends GuestOptions, RowsOptions {
  readonly guests: GuestChoice;
  /** The file for a chart of the whole run. */
  readonly plot: string | undefined;
}
