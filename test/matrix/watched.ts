import { type AttachedGuest, attachGuest } from '../../src/guest/attach-guest.js';
import { type ResolvedGuest, resolveGuest } from '../../src/guest/resolve-guest.js';
import { readThreads } from '../../src/proc/threads.js';
import type { ReadOutcome } from '../../src/sampler/reading.js';
import { until } from '../fixtures/until.ts';

/** Attaches to a guest, as the command does: `await using watched = await watch(pid, gdb)`. */
export async function watch(pid: number, gdb: string): Promise<Watched> {
  const notices: string[] = [];
  const guest = await resolveGuest(
    pid,
    { gdb, mode: 'auto', plugin: undefined, pluginFile: undefined, sampler: 'auto' },
    {
      onNotice: (text) => notices.push(text),
      onOver: () => {},
      onLine: undefined,
    },
  );
  try {
    return new Watched(
      guest,
      await attachGuest(guest, {
        gdb,
        mode: 'auto',
        plugin: undefined,
        pluginFile: undefined,
        sampler: 'auto',
      }),
      notices,
    );
  } catch (error) {
    await guest.leave();
    throw error;
  }
}

/** A guest that we are attached to. */
export class Watched implements AsyncDisposable {
  readonly guest: ResolvedGuest;
  readonly attached: AttachedGuest;
  readonly notices: readonly string[];
  readonly #pid: number;
  #left: Promise<void> | undefined;

  constructor(guest: ResolvedGuest, attached: AttachedGuest, notices: readonly string[]) {
    this.guest = guest;
    this.attached = attached;
    this.notices = notices;
    this.#pid = guest.target.pid;
  }

  read(): Promise<ReadOutcome> {
    return this.guest.reader.read(this.attached.counters);
  }

  /** The counters, up to the last that has counted. */
  async counters(): Promise<readonly bigint[]> {
    const outcome = await this.read();
    if (outcome.kind !== 'reading') throw new Error(`no reading: ${JSON.stringify(outcome)}`);
    const { counters } = outcome.reading;
    return counters.slice(0, counters.findLastIndex((counter) => counter !== 0n) + 1);
  }

  /** Reads until the outcome is of this kind. */
  whenRead<K extends ReadOutcome['kind']>(
    kind: K,
  ): Promise<Extract<ReadOutcome, { readonly kind: K }>> {
    return until(`a read that is "${kind}"`, async () => {
      const outcome = await this.read();
      return isOf(outcome, kind) ? outcome : undefined;
    });
  }

  /** The pid of the gdb that traces the guest; undefined while none does. */
  async tracer(): Promise<number | undefined> {
    const threads = readThreads(this.#pid);
    return threads.find(({ tracerPid }) => tracerPid !== 0)?.tracerPid;
  }

  leave(): Promise<void> {
    this.#left ??= this.guest.leave();
    return this.#left;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }
}

function isOf<K extends ReadOutcome['kind']>(
  outcome: ReadOutcome,
  kind: K,
): outcome is Extract<ReadOutcome, { readonly kind: K }> {
  return outcome.kind === kind;
}
