import type { Command } from 'commander';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { completionWords } from './words.js';
import { zshCompletion } from './zsh.js';

/** The shells that there is a completion for. */
export const shellNames = ['bash', 'zsh', 'fish'] as const;

/** One of `shellNames`. */
export type ShellName = (typeof shellNames)[number];

/** A script for a shell that completes the command line that `program` defines. */
export function completionScript(shell: ShellName, program: Command): string {
  const words = completionWords(program);
  switch (shell) {
    case 'bash':
      return bashCompletion(words);
    case 'zsh':
      return zshCompletion(words);
    case 'fish':
      return fishCompletion(words);
    default:
      return shell satisfies never;
  }
}
