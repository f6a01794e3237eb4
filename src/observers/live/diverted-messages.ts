import type { Messages } from '../../messages.js';

/** Messages that can be kept off a screen that somebody draws on. */
export interface DivertedMessages {
  readonly messages: Messages;
  /** From now on notices go to `show`, and again to stderr when `restore` is called. */
  divert(show: (text: string) => void): void;
  restore(): void;
}

/** `messages`, until they are diverted. */
export function divertedMessages(messages: Messages): DivertedMessages {
  let show: ((text: string) => void) | undefined;
  let held: string[] = [];
  return {
    messages: {
      ...messages,
      notice(text) {
        if (show === undefined) {
          messages.notice(text);
        } else {
          held.push(text);
          show(text);
        }
      },
    },
    divert(to) {
      show = to;
    },
    restore() {
      show = undefined;
      for (const text of held) messages.notice(text);
      held = [];
    },
  };
}
