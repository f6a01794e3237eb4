import { type Command, Option } from 'commander';
import type { CommonOptions } from '../commands/options.js';
import { choiceOption } from './choice.js';

/** The options of every command that looks at a guest, as they were given. */
export interface CommonFlags {
  readonly mode: CommonOptions['mode'];
  readonly pluginFile?: string;
  readonly gdb: string;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export function addCommonOptions(command: Command): Command {
  return command
    .optionsGroup('Finding the counters:')
    .addOption(
      choiceOption('--mode <mode>', "which of libinsn's counters", [
        'auto',
        'inline',
        'percpu',
      ]).default('auto'),
    )
    .option('--plugin-file <path>', "file to take libinsn's symbols from")
    .addOption(new Option('--gdb <path>', 'the gdb to use').env('ICOUNT_GDB').default('gdb'))
    .optionsGroup('Messages:')
    .option('-q, --quiet', 'no notices, no summary', false)
    .option('-v, --verbose', 'the conversation with gdb on stderr', false);
}

export function commonOptions(flags: CommonFlags): CommonOptions {
  const { mode, pluginFile, gdb, quiet, verbose } = flags;
  return { mode, pluginFile, gdb, quiet, verbose };
}
