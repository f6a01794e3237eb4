import type { Command, CommanderError } from 'commander';
import { UsageError } from '../errors.js';

/** Leaves it to us to print what commander finds wrong. */
export function silenceErrors(program: Command): Command {
  return program.configureOutput({ outputError: () => {} }).exitOverride();
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
