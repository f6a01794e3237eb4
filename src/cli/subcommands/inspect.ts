import type { InspectOptions } from '../../commands/inspect.js';
import { addCommonOptions, type CommonFlags, guestOptions } from '../common-options.js';
import type { Subcommand } from '../request.js';
import { parsePid } from '../values.js';

interface InspectFlags extends CommonFlags {
  readonly attach: boolean;
}

/** `icount-gdb inspect <pid>` */
export const inspect: Subcommand = (program, take) => {
  addCommonOptions(
    program
      .command('inspect')
      .description('say what is known of the counters, and read them once')
      .argument('<pid>', 'process id of a QEMU that runs libinsn.so or libbb.so', (text) =>
        parsePid(text),
      )
      .option('--no-attach', 'look at files only, do not touch the process'),
  ).action((pid: number, flags: InspectFlags) => {
    const options: InspectOptions = { ...guestOptions(flags), pid, attach: flags.attach };
    take({
      kind: 'inspect',
      options,
      verbosity: flags,
      run: async (messages) =>
        await (await import('../../commands/inspect.js')).inspect(options, messages),
    });
  });
};
