import type { DoctorOptions } from '../../commands/doctor.js';
import { addCommonOptions, type CommonFlags, guestOptions } from '../common-options.js';
import type { Subcommand } from '../request.js';
import { parsePid } from '../values.js';

/** `icount-gdb doctor [pid]` */
export const doctor: Subcommand = (program, take) => {
  addCommonOptions(
    program
      .command('doctor')
      .description('what is needed, what is missing, and the remedy')
      .argument('[pid]', 'a guest that is to be polled', (text) => parsePid(text)),
  ).action((pid: number | undefined, flags: CommonFlags) => {
    const options: DoctorOptions = { ...guestOptions(flags), pid };
    take({
      kind: 'doctor',
      options,
      verbosity: flags,
      run: async (messages) =>
        await (await import('../../commands/doctor.js')).doctor(options, messages),
    });
  });
};
