import { ExitCode } from '../errors.js';
import { commandLineMode } from '../guest/mode.js';
import { standstillOf } from '../guest/standstill.js';
import { Vcpus } from '../guest/vcpus.js';
import { EITHER_PLUGIN } from '../layout/layout.js';
import type { Messages } from '../messages.js';
import { printOut } from '../output/open-output.js';
import { hidesProcesses } from '../proc/check-proc.js';
import { processUptimeNs, readSystemUptime, readUserNames } from '../proc/host.js';
import { type FoundGuest, surveyGuests } from '../qemu/survey.js';
import { type GuestState, guestLines, guestTable, type ListedGuest } from './guest-list.js';

/** A list of guests, as the command line asked for it. */
export interface ListOptions {
  readonly format: ListFormatName;
}

/** How guests are listed. */
export type ListFormatName = 'table' | 'jsonl';

/**
 * Prints the guests of this host. They are told by files of /proc alone, none is touched: a mode is
 * what the command line asked for.
 *
 * @returns the exit status; that there is no guest is an answer like any other
 */
export async function list(options: ListOptions, messages: Messages): Promise<number> {
  const { guests, inaccessible } = await surveyGuests();
  const listed = await describeGuests(guests);
  const width = process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;
  const text = options.format === 'jsonl' ? guestLines(listed) : guestTable(listed, width);
  await printOut(text);
  if (guests.length === 0)
    messages.notice(`no QEMU with ${EITHER_PLUGIN} is to be seen on this host`);
  if (inaccessible > 0) {
    const more = inaccessible === 1 ? '1 more QEMU is' : `${inaccessible} more QEMUs are`;
    messages.notice(`${more} not ours to look into; root may: sudo icount-gdb list`);
  }
  if (hidesProcesses()) {
    messages.notice(
      'processes of other users are hidden from us (/proc is mounted with hidepid); root sees them: sudo icount-gdb list',
    );
  }
  return ExitCode.ok;
}

async function describeGuests(guests: readonly FoundGuest[]): Promise<readonly ListedGuest[]> {
  const [names, uptime] = await Promise.all([readUserNames(), readSystemUptime()]);
  return await Promise.all(
    guests.map(async (guest): Promise<ListedGuest> => {
      const { target, command, plugin } = guest;
      const vcpus = new Vcpus(guest);
      await vcpus.look();
      return {
        pid: guest.pid,
        uid: target.uid,
        user: names.get(target.uid),
        architecture: command.architecture,
        emulation: command.kind,
        mode: commandLineMode(
          command,
          plugin.path,
          plugin.otherPlugins.map(({ path }) => path),
        ),
        vcpus: vcpus.count,
        uptimeNs: processUptimeNs(uptime, target.startTicks),
        state: await stateOf(guest.pid),
        executable: target.executable,
        plugin: plugin.path,
        pluginKind: plugin.kind,
        argv: target.argv,
      };
    }),
  );
}

async function stateOf(pid: number): Promise<GuestState> {
  const standstill = standstillOf(pid);
  if (standstill === undefined) return 'running';
  return standstill === 'freezer' ? 'frozen' : 'stopped';
}
