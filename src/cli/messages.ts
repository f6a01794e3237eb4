import { IcountError } from '../errors.js';
import type { Messages } from '../messages.js';
import { isUtf8Locale, plainText, printable } from '../text/printable.js';
import { errorCode } from '../text/system-error.js';
import type { Verbosity } from './request.js';

/** Messages on a stream, spared where the user asked for quiet. */
export function messagesOn(stream: NodeJS.WriteStream, options: Verbosity): Messages {
  let clear = (): void => {};
  const isUtf8 = isUtf8Locale(process.env);
  const write = (text: string): void => {
    clear();
    stream.write(isUtf8 ? text : plainText(text));
  };
  return {
    notice(text) {
      if (!options.quiet) write(`icount-gdb: ${printable(text)}\n`);
    },
    failure(error) {
      write(describeError(error));
    },
    conversation: options.verbose
      ? (direction, line) => write(`${direction === 'sent' ? '->' : '<-'} ${printable(line)}\n`)
      : undefined,
    text(text) {
      if (!options.quiet) write(text);
    },
    async wait(text) {
      if (options.quiet || options.verbose || !stream.isTTY) return () => {};
      // A terminal may be 0 columns wide, for all that is known (`docker run -t`, expect): ora divides by it.
      if (stream.columns === 0) return () => {};
      const { default: ora } = await import('ora');
      // Ctrl-C is ours to handle, and stdin the command's to read.
      const spinner = ora({
        ...{ text, stream, discardStdin: false, hideCursor: false },
        spinner: isUtf8 ? 'dots' : 'line',
      }).start();
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
    const code = errorCode(error);
    if (code === 'EMFILE' || code === 'ENFILE') {
      return `icount-gdb: no more files can be opened (${code})\n  allow more: ulimit -n 1024\n`;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `icount-gdb: this is a bug, please report it: ${stack}\n`;
  }
  const hint = error.hint === undefined ? '' : `  ${printable(error.hint)}\n`;
  return `icount-gdb: ${printable(error.message)}\n${hint}`;
}
