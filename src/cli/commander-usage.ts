import type { Command, CommanderError } from 'commander';
import { UsageError } from '../errors.js';

/**
 * Leaves all printing to us: `print` gets what is asked for, --help and --version, in one piece or
 * more. Behind it commander throws, as for what it finds wrong, but with the exit code 0.
 */
export function takePrinting(program: Command, print: (text: string) => void): Command {
  return program.configureOutput({ outputError: () => {}, writeOut: print }).exitOverride();
}

/**
 * What commander finds wrong with a command line, as the one sentence that we print of everything:
 * `error: unknown option '--foo'\n(Did you mean --for?)` becomes
 * `unknown option '--foo' (did you mean --for?)`.
 */
export function usageError(error: CommanderError): UsageError {
  const [sentence = '', advice] = error.message.replace(/^error: /, '').split('\n', 2);
  const suggested = advice === undefined ? '' : ` ${advice.replace('(Did', '(did')}`;
  return new UsageError(
    `${sentence.replace(/\.$/, '')}${suggested}`,
    'icount-gdb --help shows what there is',
  );
}
