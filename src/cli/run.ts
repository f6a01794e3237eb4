import { readFileSync } from 'node:fs';
import { ExitCode, IcountError } from '../errors.js';
import { isUtf8Locale, plainText } from '../text/printable.js';
import { describeError, messagesOn } from './messages.js';
import { parseCommandLine } from './program.js';

/** Runs a command line, without the program's name, and returns the exit status. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  // A reader of our messages that goes away is no reason to leave the guest in a hurry.
  process.stderr.on('error', () => {});
  try {
    const { verbosity, run } = parseCommandLine(argv, packageVersion());
    return await run(messagesOn(process.stderr, verbosity));
  } catch (error) {
    const text = describeError(error);
    process.stderr.write(isUtf8Locale(process.env) ? text : plainText(text));
    return error instanceof IcountError ? error.exitCode : ExitCode.samplingFailed;
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return version;
}
