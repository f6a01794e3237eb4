import { GdbGoneError } from '../gdb/failure.js';
import { type RawReading, samplerRecord } from '../gdb/sampler-record.js';
import { SamplerScript } from '../gdb/sampler-script.js';
import type { AsyncRecord } from '../gdb/session.js';
import { allPresent } from '../layout/counters.js';
import { type Counters, UnreadableCountersError } from '../layout/layout.js';
import { type Place, rangesOf } from '../layout/place.js';
import type { Memory, MemoryRange } from '../memory.js';
import type { ReadAttempt } from '../sampler/source.js';
import type { Connection } from './connection.js';

/** Gets what gdb has read, as it arrives. */
export type Arrival = (taken: ReadAttempt) => void;

/** A gdb that has been told where the counters are, and reads them by itself. */
export class Sampling {
  readonly connection: Connection;
  readonly script: SamplerScript;
  readonly #place: Place;
  readonly #ranges: readonly MemoryRange[];
  readonly #onArrival: Arrival;

  private constructor(
    connection: Connection,
    script: SamplerScript,
    place: Place,
    onArrival: Arrival,
  ) {
    this.connection = connection;
    this.script = script;
    this.#place = place;
    this.#ranges = rangesOf(place);
    this.#onArrival = onArrival;
  }

  /**
   * Finds the counters, by reads of our own, and tells gdb.
   *
   * @throws UnreadableCountersError; GdbRefusedError, GdbTimeoutError, GdbGoneError
   */
  static async begin(
    connection: Connection,
    memory: Memory,
    counters: Counters,
    onArrival: Arrival,
  ): Promise<Sampling> {
    const place = await counters.locate(memory);
    // Once the guest has ended gdb answers with what the file holds.
    if (connection.end !== undefined) throw new GdbGoneError('the guest has ended');
    const script = await SamplerScript.create(connection.session, place);
    const sampling = new Sampling(connection, script, place, onArrival);
    connection.onSamples((record) => sampling.#hear(record));
    return sampling;
  }

  #hear(record: AsyncRecord): void {
    const heard = samplerRecord(record, this.#place);
    switch (heard.kind) {
      case 'failure':
        this.connection.giveUp(heard.reason);
        return;
      case 'readings':
        for (const reading of heard.readings) this.#onArrival(this.#taken(reading));
        return;
      default:
        heard satisfies never;
    }
  }

  #taken({ began, windowNs, pieces }: RawReading): ReadAttempt {
    const times = { kind: 'point', began, ended: began + BigInt(windowNs) } as const;
    if (this.connection.wasStoppedAt(began))
      return { ...times, outcome: { kind: 'stopped', by: 'signal' } };
    const takenAt = began + BigInt(windowNs) / 2n;
    try {
      const counters = this.#place.counters(allPresent(pieces, this.#ranges));
      return { ...times, outcome: { kind: 'reading', reading: { counters, takenAt, windowNs } } };
    } catch (error) {
      if (!(error instanceof UnreadableCountersError)) throw error;
      return { ...times, outcome: { kind: 'failed', reason: error.message } };
    }
  }
}
