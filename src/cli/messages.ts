import { IcountError } from '../errors.js';
import { printable } from '../text/printable.js';

/** What goes to stderr: all that is not data. */
export interface Messages {
  /** Something the user should know, in one sentence. */
  notice(text: string): void;
  /** What went wrong for good, also where the user asked for quiet. */
  failure(error: unknown): void;
  /** A line of the conversation with gdb. */
  conversation(direction: 'sent' | 'received', line: string): void;
  /** Lines that are whole already, such as the summary. */
  text(text: string): void;
  /** Shows that something takes its time, on a terminal; call the result, once or more, when it is over. */
  wait(text: string): Promise<() => void>;
}

/** Messages on a stream, spared where the user asked for quiet. */
export function messagesOn(
  stream: NodeJS.WriteStream,
  options: { readonly quiet: boolean; readonly verbose: boolean },
): Messages {
  let clear = (): void => {};
  const write = (text: string): void => {
    clear();
    stream.write(text);
  };
  return {
    notice(text) {
      if (!options.quiet) write(`icount-gdb: ${printable(text)}\n`);
    },
    failure(error) {
      write(describeError(error));
    },
    conversation(direction, line) {
      if (options.verbose) write(`${direction === 'sent' ? '->' : '<-'} ${printable(line)}\n`);
    },
    text(text) {
      if (!options.quiet) write(text);
    },
    async wait(text) {
      if (options.quiet || options.verbose || !stream.isTTY) return () => {};
      const { default: ora } = await import('ora');
      // Ctrl-C is ours to handle, and stdin the command's to read.
      const spinner = ora({ text, stream, discardStdin: false, hideCursor: false }).start();
      clear = () => spinner.clear();
      return () => {
        // Stopping clears the line, which by now may hold something else.
        if (!spinner.isSpinning) return;
        clear = () => {};
        spinner.stop();
      };
    },
  };
}

/** One sentence, and what to do on a line of its own; never a stack trace for a user's mistake. */
export function describeError(error: unknown): string {
  if (!(error instanceof IcountError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `icount-gdb: this is a bug, please report it: ${stack}\n`;
  }
  const hint = error.hint === undefined ? '' : `  ${printable(error.hint)}\n`;
  return `icount-gdb: ${printable(error.message)}\n${hint}`;
}
