import type { DivertedMessages } from './diverted-messages.js';
import { type LiveView, liveView } from './live.js';
import type { Observer } from './observer.js';
import type { PollOptions } from './options.js';
import type { WatchedGuest } from './watched-guest.js';

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
