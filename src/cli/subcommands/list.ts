import type { ListFormatName, ListOptions } from '../../commands/list.js';
import type { Subcommand } from '../request.js';
import { choiceOption } from '../values.js';

/** Every format that `list` has: a missing one does not compile. */
const formats: Readonly<Record<ListFormatName, true>> = { table: true, jsonl: true };

interface ListFlags extends ListOptions {
  readonly quiet: boolean;
}

/** `icount-gdb list` */
export const list: Subcommand = (program, take) => {
  program
    .command('list')
    .description('the QEMU processes of this host that have libinsn or libbb loaded')
    .addOption(
      choiceOption('-f, --format <format>', 'how they are listed', Object.keys(formats)).default(
        'table',
      ),
    )
    .option('-q, --quiet', 'no notices', false)
    .action(({ format, quiet }: ListFlags) => {
      take({
        kind: 'list',
        options: { format },
        verbosity: { quiet, verbose: false },
        run: async (messages) =>
          await (await import('../../commands/list.js')).list({ format }, messages),
      });
    });
};
