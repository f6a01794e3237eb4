import { type Command, Option } from 'commander';
import { UsageError } from '../errors.js';
import type { GuestChoice } from '../guest/guests.js';
import type { GuestOptions } from '../guest/resolve-guest.js';
import { type SamplerChoice, samplerChoices } from '../guest/sampler-choice.js';
import type { Verbosity } from './request.js';
import { choiceOption } from './values.js';

const pluginKinds = { libinsn: 'insn', libbb: 'bb' } as const;

/** The options of every command that looks at a guest, as they were given. */
export interface CommonFlags extends Verbosity {
  readonly mode: GuestOptions['mode'];
  readonly plugin?: 'libinsn' | 'libbb';
  readonly pluginFile?: string;
  readonly gdb: string;
  readonly sampler: SamplerChoice;
}

/** The options of a command that attaches to a guest. */
export function addCommonOptions(command: Command): Command {
  return addMessageOptions(
    addReadingOptions(command).addOption(
      choiceOption('--sampler <who>', 'who takes the samples', samplerChoices).default('auto'),
    ),
  );
}

/** How much is said. */
export function addMessageOptions(command: Command): Command {
  return command
    .optionsGroup('Messages:')
    .option('-q, --quiet', 'no notices, no summary', false)
    .option('-v, --verbose', 'the conversation with gdb on stderr', false);
}

/** How the counters are found, for a command that takes no samples. */
export function addReadingOptions(command: Command): Command {
  return command
    .optionsGroup('Finding the counters:')
    .addOption(
      choiceOption('--mode <mode>', "which of the plugin's counters", [
        'auto',
        'inline',
        'percpu',
      ]).default('auto'),
    )
    .addOption(
      choiceOption('--plugin <name>', 'which plugin to read, where QEMU has both', [
        'libinsn',
        'libbb',
      ]),
    )
    .option('--plugin-file <path>', "file to take the plugin's symbols from")
    .addOption(new Option('--gdb <path>', 'the gdb to use').env('ICOUNT_GDB').default('gdb'));
}

/** How a guest is looked at. */
export function guestOptions(flags: CommonFlags): GuestOptions {
  const { mode, plugin, pluginFile, gdb, sampler } = flags;
  const kind = plugin === undefined ? undefined : pluginKinds[plugin];
  return { mode, plugin: kind, pluginFile, gdb, sampler };
}

/**
 * Which guests are looked at.
 *
 * @throws UsageError
 */
export function guestChoice(pids: readonly number[], all: boolean): GuestChoice {
  if (all && pids.length > 0) {
    throw new UsageError('--all and process ids exclude each other', 'give one or the other');
  }
  if (!all && pids.length === 0) {
    throw new UsageError(
      'which guest?',
      'give a process id, as icount-gdb list shows them, or --all',
    );
  }
  return all ? { kind: 'all' } : { kind: 'named', pids };
}
