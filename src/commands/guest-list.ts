import { type PluginKind, pluginNames } from '../layout/layout.js';
import { uptimeText } from '../text/figures.js';
import { jsonString, printable } from '../text/printable.js';

/** Whether a guest runs, as far as its owner has a say. */
export type GuestState = 'running' | 'stopped' | 'frozen';

/** A guest as `icount-gdb list` shows it. */
export interface ListedGuest {
  readonly pid: number;
  readonly uid: number;
  /** Undefined for a user that has no name here. */
  readonly user: string | undefined;
  /** The guest's, as QEMU names it; undefined for a QEMU that is not called as QEMU's are. */
  readonly architecture: string | undefined;
  readonly emulation: 'user' | 'system' | undefined;
  readonly mode: 'inline' | 'percpu';
  readonly vcpus: number;
  readonly uptimeNs: number;
  readonly state: GuestState;
  readonly executable: string;
  readonly plugin: string;
  readonly pluginKind: PluginKind;
  readonly argv: readonly string[];
}

const HEADER = [
  'PID',
  'USER',
  'ARCH',
  'PLUGIN',
  'MODE',
  'VCPUS',
  'UPTIME',
  'STATE',
  'COMMAND',
] as const;
/** Columns of numbers, which are aligned at their ends. */
const RIGHT: ReadonlySet<string> = new Set(['PID', 'VCPUS', 'UPTIME']);

/** A table for people; lines are cut at `widthColumns`, that of the terminal. */
export function guestTable(guests: readonly ListedGuest[], widthColumns: number): string {
  if (guests.length === 0) return '';
  const rows = [HEADER, ...guests.map(cells)];
  const widths = HEADER.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) => {
      const padded = row.map((cell, column) => {
        const width = widths[column] ?? 0;
        if (RIGHT.has(HEADER[column] ?? '')) return cell.padStart(width);
        return column === HEADER.length - 1 ? cell : cell.padEnd(width);
      });
      return `${padded.join('  ').slice(0, widthColumns)}\n`;
    })
    .join('');
}

/** One JSON object per line. */
export function guestLines(guests: readonly ListedGuest[]): string {
  return guests
    .map((guest) => {
      const { pid, uid, user, architecture, emulation, mode, vcpus, uptimeNs, state } = guest;
      const json = jsonString({
        type: 'guest',
        pid,
        uid,
        user: user ?? null,
        architecture: architecture ?? null,
        emulation: emulation ?? null,
        mode,
        vcpus,
        uptime_ns: uptimeNs,
        state,
        qemu: guest.executable,
        plugin: guest.plugin,
        plugin_kind: guest.pluginKind,
        argv: guest.argv,
      });
      return `${json}\n`;
    })
    .join('');
}

function cells(guest: ListedGuest): readonly string[] {
  return [
    String(guest.pid),
    guest.user ?? String(guest.uid),
    guest.architecture ?? '?',
    pluginNames[guest.pluginKind],
    guest.mode,
    String(guest.vcpus),
    uptimeText(guest.uptimeNs),
    guest.state,
    guest.argv.join(' '),
  ].map(printable);
}
