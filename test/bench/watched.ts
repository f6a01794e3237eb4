import { attachGuest } from '../../src/guest/attach-guest.js';
import { commandLineCounting } from '../../src/guest/mode.js';
import { resolveGuest } from '../../src/guest/resolve-guest.js';
import type { Counters } from '../../src/layout/layout.js';
import type { Reading, ReadOutcome } from '../../src/sampler/reading.js';
import { ProcMemory } from './proc-memory.ts';

/** A guest that this process is attached to by the product's own code. */
export interface Watched {
  read(): Promise<Reading>;
  /** Commands sent to gdb so far. */
  readonly commands: () => number;
  readonly counters: Counters;
  leave(): Promise<void>;
}

export interface AttachOptions {
  readonly gdb?: string;
  /** Called when all is ready and the guest is about to be touched. */
  readonly onAttach?: () => void;
}

export async function attachTo(pid: number, given: AttachOptions = {}): Promise<Watched> {
  const options = {
    gdb: given.gdb ?? 'gdb',
    mode: 'auto',
    plugin: undefined,
    pluginFile: undefined,
    sampler: 'auto',
  } as const;
  let commands = 0;
  const guest = await resolveGuest(pid, options, {
    onNotice: (text) => process.stderr.write(`${text}\n`),
    onOver: () => {},
    onLine: (direction) => {
      if (direction === 'sent') commands += 1;
    },
  });
  given.onAttach?.();
  const { counters } = await attachGuest(guest, options);
  return {
    counters,
    commands: () => commands,
    read: async () => readingOf(await guest.reader.read(counters)),
    leave: async () => {
      await guest.leave();
    },
  };
}

/** Reads the counters of a guest that nobody watches. */
export interface Onlooker extends Disposable {
  read(): Promise<Reading>;
  /** Where the counters are. */
  readonly address: bigint;
  /** All counters together. */
  total(): Promise<bigint>;
}

/** Finds the counters by the guest's files, and does not attach. */
export async function lookAt(pid: number): Promise<Onlooker> {
  const options = {
    gdb: 'gdb',
    mode: 'auto',
    plugin: undefined,
    pluginFile: undefined,
    sampler: 'auto',
  } as const;
  const events = { onNotice: () => {}, onOver: () => {}, onLine: undefined };
  const guest = await resolveGuest(pid, options, events);
  const counting = commandLineCounting(guest);
  const counters = guest.match.counters(counting, guest.plugin.loadBias, counting.mode);
  await guest.leave();
  const memory = new ProcMemory(pid);
  const read = (): Promise<Reading> => counters.read(memory);
  return {
    read,
    address: counters.address,
    total: async () => (await read()).counters.reduce((sum, counter) => sum + counter, 0n),
    [Symbol.dispose]: () => memory[Symbol.dispose](),
  };
}

function readingOf(outcome: ReadOutcome): Reading {
  if (outcome.kind === 'reading') return outcome.reading;
  throw new Error(`no reading but "${outcome.kind}"`);
}
