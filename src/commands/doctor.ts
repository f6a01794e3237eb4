import { startGdb } from '../gdb/start.js';
import { tryAttaching } from '../gdb/trial.js';
import { type AttachedGuest, findCounters } from '../guest/attach-guest.js';
import {
  eventsOf,
  type GuestOptions,
  type ResolvedGuest,
  resolveGuest,
} from '../guest/resolve-guest.js';
import { chooseSampler, type SamplerKind } from '../guest/sampler-choice.js';
import { countingCaveats } from '../guest/vcpu-labels.js';
import { EITHER_PLUGIN, pluginNames } from '../layout/layout.js';
import type { Messages } from '../messages.js';
import { printOut } from '../output/open-output.js';
import { checkProc } from '../proc/check-proc.js';
import { readUserNames } from '../proc/host.js';
import { type ProcessFacts, readProcess } from '../proc/process.js';
import { findPlugin, readQemuCommand } from '../qemu/plugin.js';
import { surveyGuests } from '../qemu/survey.js';
import { totalOf } from '../sampler/reading.js';
import { counted, groupDigits } from '../text/figures.js';
import { isUtf8Locale } from '../text/printable.js';
import { Diagnosis, diagnosisText } from './diagnosis.js';
import { noBaseline } from './report/report.js';

/** A diagnosis, as the command line asked for it. */
export interface DoctorOptions extends GuestOptions {
  /** Undefined: of this host alone. */
  readonly pid: number | undefined;
}

/**
 * Checks each thing that a poll needs, and says what to do about what is missing. Given a pid, it
 * does what a poll does up to the first reading, and leaves.
 *
 * @returns ok if a poll would work, else the status that it would end with
 */
export async function doctor(options: DoctorOptions, messages: Messages): Promise<number> {
  const diagnosis = new Diagnosis();
  const waited = await messages.wait('checking');
  try {
    if (!(await hasProc(diagnosis))) await checkGdb(diagnosis, options);
    else if (options.pid === undefined) await checkHost(diagnosis, options);
    else await checkGuest(diagnosis, options, options.pid, messages);
  } finally {
    waited();
  }
  diagnosis.note(
    '-d plugin',
    'not needed: counters are read from memory, not from what the plugin prints at exit',
  );
  await printOut(diagnosisText(diagnosis.checks, isUtf8Locale(process.env)));
  return diagnosis.exitCode;
}

/** A matter of course: only its absence is worth a line. */
async function hasProc(diagnosis: Diagnosis): Promise<boolean> {
  try {
    checkProc();
    return true;
  } catch {
    await diagnosis.check(
      '/proc',
      async () => checkProc(),
      () => '',
    );
    return false;
  }
}

async function checkHost(diagnosis: Diagnosis, options: DoctorOptions): Promise<void> {
  if (await checkGdb(diagnosis, options)) await checkPtrace(diagnosis, options);
  else diagnosis.unknown('ptrace');
  const { guests, inaccessible } = await surveyGuests();
  const [guest] = guests;
  const more = inaccessible === 0 ? '' : `; ${counted(inaccessible, 'QEMU')} not ours to look into`;
  diagnosis.note(
    'guests',
    guest === undefined
      ? `none with ${EITHER_PLUGIN} on this host${more}`
      : `${guests.length} with ${EITHER_PLUGIN} on this host${more}; to check one: icount-gdb doctor ${guest.pid}`,
  );
}

async function checkGuest(
  diagnosis: Diagnosis,
  options: DoctorOptions,
  pid: number,
  messages: Messages,
): Promise<void> {
  const target = await diagnosis.check('process', () => readProcess(pid), await processTexts());
  const plugin =
    target === undefined
      ? diagnosis.unknown('plugin')
      : await diagnosis.check(
          'plugin',
          () => locate(target, options),
          (path) => path,
        );
  const gdb = await checkGdb(diagnosis, options);
  if (!gdb) {
    diagnosis.unknown('counters', 'ptrace', 'reading');
    return;
  }
  const attached = plugin !== undefined && (await checkCounters(diagnosis, options, pid, messages));
  if (plugin === undefined) diagnosis.unknown('counters');
  if (!attached) {
    await checkPtrace(diagnosis, options);
    diagnosis.unknown('reading');
  }
}

async function checkGdb(diagnosis: Diagnosis, options: DoctorOptions): Promise<boolean> {
  const gdb = await diagnosis.check(
    'gdb',
    async () => {
      const started = await startGdb(options.gdb, {});
      started.kill();
      await started.ended;
      return started;
    },
    ({ version }) => `${options.gdb}, version ${version}, speaks MI and takes our settings`,
  );
  if (gdb === undefined) {
    diagnosis.unknown('sampler');
    return false;
  }
  const { noSampler } = gdb;
  await diagnosis.check(
    'sampler',
    async () => chooseSampler(options.sampler, options.gdb, noSampler),
    (kind) => samplerText(kind, noSampler),
  );
  return true;
}

function samplerText(kind: SamplerKind, noSampler: string | undefined): string {
  if (kind === 'gdb') return 'gdb takes the samples by itself, up to every 250us';
  const why = noSampler === undefined ? 'as was asked for' : `gdb can't by itself: ${noSampler}`;
  return `samples are taken by MI, up to every 1ms; ${why}`;
}

async function checkPtrace(diagnosis: Diagnosis, options: DoctorOptions): Promise<void> {
  await diagnosis.check(
    'ptrace',
    () => tryAttaching(options.gdb),
    () => 'gdb may attach to a process of ours, and reads it while it runs',
  );
}

async function locate(target: ProcessFacts, options: DoctorOptions): Promise<string> {
  const command = await readQemuCommand(target);
  const plugin = await findPlugin(target, command, options);
  await plugin.handle.close();
  return plugin.name === plugin.mappedPath
    ? plugin.mappedPath
    : `${plugin.mappedPath}, symbols from ${plugin.name}`;
}

/** @returns whether an attach was tried, so that nothing more need be said about ptrace */
async function checkCounters(
  diagnosis: Diagnosis,
  options: DoctorOptions,
  pid: number,
  messages: Messages,
): Promise<boolean> {
  const guest = await diagnosis.check(
    'counters',
    () => resolveGuest(pid, options, eventsOf(messages)),
    countersText,
  );
  if (guest === undefined) return false;
  try {
    const memory = await diagnosis.check(
      'ptrace',
      () => guest.reader.attach(guest.plugin.elf),
      () => 'attached, with all threads running',
    );
    if (memory === undefined) diagnosis.unknown('reading');
    else await checkReading(diagnosis, guest, () => findCounters(guest, memory, options));
  } finally {
    await guest.leave();
  }
  return true;
}

async function checkReading(
  diagnosis: Diagnosis,
  guest: ResolvedGuest,
  find: () => Promise<AttachedGuest>,
): Promise<void> {
  const read = await diagnosis.check(
    'reading',
    async () => {
      const attached = await find();
      const outcome = await guest.reader.read(attached.counters);
      if (outcome.kind !== 'reading') throw noBaseline(guest.target.pid, outcome);
      return { attached, total: totalOf(outcome.reading.counters) };
    },
    ({ attached: { counters }, total }) => {
      const each = counters.perVcpu ? 'per vCPU' : 'for all vCPUs together';
      return `${counters.mode} mode, counted ${each}; ${groupDigits(total)} instructions so far`;
    },
  );
  for (const { text } of read === undefined ? [] : countingCaveats(read.attached)) {
    diagnosis.note('counts', text);
  }
}

async function processTexts(): Promise<(target: ProcessFacts) => string> {
  const names = await readUserNames();
  return ({ uid, executable }) => `${executable}, of user ${names.get(uid) ?? uid}`;
}

function countersText({ match, variables }: ResolvedGuest): string {
  const debug = [...variables.values()].every(({ source }) => source === 'debug information');
  return `${pluginNames[match.layout.plugin]}, layout ${match.layout.name} (${match.layout.versions}), by ${
    debug ? 'debug information' : 'the symbol table; there is no debug information, nor need of it'
  }`;
}
