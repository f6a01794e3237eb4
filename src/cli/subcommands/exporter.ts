import { Option } from 'commander';
import type { ExporterOptions } from '../../commands/exporter.js';
import {
  DEFAULT_LISTEN,
  type ListenAddress,
  listenText,
  parseListen,
} from '../../exporter/listen.js';
import {
  addMessageOptions,
  addReadingOptions,
  type CommonFlags,
  guestChoice,
  guestOptions,
} from '../common-options.js';
import type { Subcommand } from '../request.js';
import { parsePid } from '../values.js';

interface ExporterFlags extends Omit<CommonFlags, 'sampler'> {
  readonly all: boolean;
  readonly listen: ListenAddress;
}

/** `icount-gdb exporter [pid]...` */
export const exporter: Subcommand = (program, take) => {
  const command = addReadingOptions(
    program
      .command('exporter')
      .description('serve the counters of guests to Prometheus')
      .argument(
        '[pids...]',
        'process ids of QEMUs that run libinsn.so or libbb.so',
        (text, before: readonly number[] = []) => [...before, parsePid(text)],
      )
      .option('--all', 'every guest on this host that we may watch, as they come and go', false)
      .addOption(
        new Option('--listen <host:port>', 'where it is to be reached; :port for all addresses')
          .argParser(parseListen)
          .default(DEFAULT_LISTEN, listenText(DEFAULT_LISTEN)),
      ),
  );
  addMessageOptions(command).action((pids: readonly number[], flags: ExporterFlags) => {
    const options: ExporterOptions = {
      // Each scrape asks gdb for a reading.
      ...guestOptions({ ...flags, sampler: 'mi' }),
      guests: guestChoice(pids, flags.all),
      listen: flags.listen,
      version: program.version() ?? '',
    };
    take({
      kind: 'exporter',
      options,
      verbosity: flags,
      run: async (messages) =>
        await (await import('../../commands/exporter.js')).exporter(options, messages),
    });
  });
};
