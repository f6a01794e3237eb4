import type { DivertedMessages } from '../../commands/diverted-messages.js';
import type { PollOptions } from '../../commands/options.js';
import { UsageError } from '../../errors.js';
import type { WatchedGuest } from '../../guest/watched-guest.js';
import type { Observer } from '../observer.js';
import type { LiveView } from './live-view.js';

/** @throws UsageError where there is no terminal to draw on */
export function checkTerminal(): void {
  const term = process.env['TERM'];
  if (!process.stdout.isTTY) {
    throw new UsageError(
      '--live needs a terminal as standard output',
      'without --live there are rows, which can go anywhere',
    );
  }
  if (term === undefined || term === '' || term === 'dumb') {
    throw new UsageError(
      `--live can't draw on this terminal (TERM is ${term ? term : 'not set'})`,
      'without --live there are rows, which any terminal can show',
    );
  }
}

/**
 * Lets `use` make a run that is shown live, if it is to be. The terminal is given back, and what
 * there was to say in the meantime said again, before anything else is written.
 */
export async function withLive<T>(
  guests: readonly WatchedGuest[],
  options: Pick<PollOptions, 'live' | 'intervalNs' | 'colour'>,
  messages: DivertedMessages,
  stop: AbortController,
  use: (observers: readonly Observer[]) => Promise<T>,
): Promise<T> {
  if (!options.live) return await use([]);
  const { liveView } = await import('./live-view.js');
  const live: LiveView = liveView(guests, options, {
    quit: () => stop.abort('interrupted'),
    gone: () => stop.abort('stopped'),
  });
  messages.divert(live.notice);
  try {
    live.open();
    return await use([live]);
  } finally {
    live.close();
    messages.restore();
  }
}
