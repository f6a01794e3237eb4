import { ExitCode } from '../errors.js';
import { type AttachedGuest, attachGuest } from '../guest/attach-guest.js';
import { commandLineCounting } from '../guest/mode.js';
import {
  eventsOf,
  type GuestOptions,
  type ResolvedGuest,
  resolveGuest,
} from '../guest/resolve-guest.js';
import { abridged, countingCaveats, vcpuLabels } from '../guest/vcpu-labels.js';
import { type PluginKind, pluginNames } from '../layout/layout.js';
import type { Messages } from '../messages.js';
import { printOut } from '../output/open-output.js';
import { totalOf } from '../sampler/reading.js';
import { groupDigits } from '../text/figures.js';
import { printable } from '../text/printable.js';

/** An inspection, as the command line asked for it. */
export interface InspectOptions extends GuestOptions {
  readonly pid: number;
  /** Else only the files are looked at. */
  readonly attach: boolean;
}

/**
 * Says what is known of a guest's counters, and what they hold at this moment.
 *
 * @returns the exit status
 * @throws an IcountError that says what is missing
 */
export async function inspect(options: InspectOptions, messages: Messages): Promise<number> {
  const guest = await resolveGuest(options.pid, options, eventsOf(messages));
  try {
    const facts = options.attach
      ? await attachedFacts(guest, options, messages)
      : unattached(guest);
    const rows = [...fileFacts(guest), ...facts];
    const width = Math.max(...rows.map(([name]) => name.length));
    const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${printable(value)}\n`);
    await printOut(lines.join(''));
    return ExitCode.ok;
  } finally {
    await guest.leave();
  }
}

const KINDS: Readonly<Record<PluginKind, string>> = {
  insn: 'libinsn: adds 1 for every instruction',
  bb: "libbb: adds a block's number of instructions when it is entered",
};

type Fact = readonly [name: string, value: string];

function fileFacts({
  target,
  plugin,
  variables,
  match,
  attachment,
  sampler,
}: ResolvedGuest): readonly Fact[] {
  return [
    ['process', String(target.pid)],
    ['QEMU', target.executable],
    ['gdb', attachment.gdb.version],
    ['sampler', sampler],
    ['plugin', plugin.mappedPath],
    ['kind', KINDS[match.layout.plugin]],
    ...plugin.otherPlugins.map(
      ({ kind, path }): Fact => ['also loaded', `${pluginNames[kind]}, ${path}`],
    ),
    ...(plugin.name === plugin.mappedPath ? [] : [['symbols from', plugin.name] as const]),
    ['build-id', plugin.elf.buildId?.hex ?? 'none'],
    ['layout', match.layout.name],
    ...[...variables].map(([name, variable]): Fact => {
      const type = variable.type === undefined ? '' : `, ${variable.type}`;
      return [
        name,
        `${hex(variable.addressBytes)}, ${variable.sizeBytes} bytes${type} (${variable.source})`,
      ];
    }),
    ['load bias', hex(plugin.loadBias)],
  ];
}

function unattached(guest: ResolvedGuest): readonly Fact[] {
  const counting = commandLineCounting(guest);
  const counters = guest.match.counters(counting, guest.plugin.loadBias, counting.mode);
  return [
    ['mode', `${counters.mode} (by the command line; not attached)`],
    ['address', hex(counters.address)],
  ];
}

async function attachedFacts(
  guest: ResolvedGuest,
  options: InspectOptions,
  messages: Messages,
): Promise<readonly Fact[]> {
  const attached = await attachGuest(guest, options);
  const { counters, vcpus } = attached;
  await vcpus.look();
  for (const { text } of countingCaveats(attached)) messages.notice(text);
  const values = await counterFacts(guest, attached);
  return [
    ['mode', counters.mode],
    ['address', hex(counters.address)],
    ['stride', counters.strideBytes === undefined ? 'none' : `${counters.strideBytes} bytes`],
    ['vCPUs', String(vcpus.count)],
    ...values,
  ];
}

async function counterFacts(
  guest: ResolvedGuest,
  attached: AttachedGuest,
): Promise<readonly Fact[]> {
  const outcome = await guest.reader.read(attached.counters);
  if (outcome.kind !== 'reading') {
    const why = 'reason' in outcome ? outcome.reason : `the guest has ${outcome.kind}`;
    return [['counters', `can't be read: ${why}`]];
  }
  const { counters } = outcome.reading;
  const total = totalOf(counters);
  const label = vcpuLabels(attached);
  const shown = attached.counters.perVcpu
    ? counters.slice(0, counters.findLastIndex((counter) => counter !== 0n) + 1)
    : [];
  return [
    ...shown.map((counter, index): Fact => [`cpu ${abridged(label(index))}`, groupDigits(counter)]),
    ['total', groupDigits(total)],
  ];
}

function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}
