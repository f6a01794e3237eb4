import { systemClock as clock, earlier, type MonotonicNs } from '../clock.js';
import { isGdbFailure } from '../gdb/failure.js';
import { BEAT_NS } from '../gdb/sampler-script.js';
import { type Counters, UnreadableCountersError } from '../layout/layout.js';
import { nextPoint, pointsPassed } from '../sampler/grid.js';
import type { Reading, ReadOutcome } from '../sampler/reading.js';
import {
  attemptRead,
  type ReadAttempt,
  type ReadingSource,
  type Schedule,
} from '../sampler/source.js';
import type { Attachment } from './attachment.js';
import type { GuestReader } from './reader.js';
import { Sampling } from './sampling.js';
import { WakeUp } from './wake-up.js';

/** After a silence of this length, a beat and a margin, gdb is told its pace again. */
const SILENCE_NS = BigInt(BEAT_NS) + 250_000_000n;

/** A reading that is older when it arrives (we were stopped, or slow) makes no row. */
const STALE_NS = 500_000_000n;

/**
 * Receives the samples that gdb takes (gdb-scripts/sampler.py), some time later and in bundles.
 * While no gdb is attached, each point of the grid yields the reason instead.
 */
export class InGdbSource implements ReadingSource {
  readonly #attachment: Attachment;
  readonly #reader: GuestReader;
  readonly #counters: Counters;
  readonly #wakeUp = new WakeUp();
  #sampling: Sampling | undefined;
  /** What has come and was not handed on yet, and the last that came at all. */
  #arrived: ReadAttempt[] = [];
  #latest: ReadAttempt | undefined;

  constructor(attachment: Attachment, reader: GuestReader, counters: Counters) {
    this.#attachment = attachment;
    this.#reader = reader;
    this.#counters = counters;
    attachment.onStateChange(() => this.#wakeUp.notify());
  }

  async read(): Promise<ReadOutcome> {
    return await this.#reader.read({ read: () => this.#readNow() });
  }

  async *follow(schedule: Schedule, signal: AbortSignal): AsyncGenerator<readonly ReadAttempt[]> {
    const { grid, end } = schedule;
    const stopped = (): void => this.#wakeUp.notify();
    signal.addEventListener('abort', stopped);
    this.#arrived = [];
    let paced: Sampling | undefined;
    let passed = pointsPassed(grid, clock.now());
    let left = schedule.count;
    try {
      for (;;) {
        const arrived = this.#arrived;
        const isOver = signal.aborted || (end !== undefined && clock.now() >= end);
        if (arrived.length > 0) {
          this.#arrived = [];
          const batch: ReadAttempt[] = [];
          for (const { began, ended, outcome } of arrived) {
            const point = pointsPassed(grid, began);
            const isStale = clock.now() - began > STALE_NS;
            const kind = point > passed && !isStale ? 'point' : 'look';
            if (kind === 'point') {
              passed = point;
              if (left !== undefined) left -= 1;
            } else if (isStale && left !== undefined) {
              // gdb has counted it, and would stop too early.
              paced = undefined;
            }
            batch.push({ kind, began, ended, outcome: await this.#explained(outcome) });
          }
          yield batch;
        } else if (paced !== undefined && (isOver || !this.#isAttachedBy(paced))) {
          // What it has read so far is wanted still.
          await this.#rest(paced);
          paced = undefined;
        } else if (isOver) {
          return;
        } else if (paced !== undefined) {
          // It may have been stopped as we were: if it hangs, it does not answer.
          if (await this.#isSilent(paced, end)) paced = undefined;
        } else {
          paced = await this.#pace(schedule, left);
          if (paced !== undefined) continue;
          const due = nextPoint(grid, passed, clock.now());
          await this.#wakeUp.wait(earlier(due, end));
          if (clock.now() < due || signal.aborted) continue;
          passed = pointsPassed(grid, clock.now());
          if (left !== undefined) left -= 1;
          yield [await attemptRead(this, 'point', clock)];
        }
      }
    } finally {
      signal.removeEventListener('abort', stopped);
    }
  }

  /** @throws UnreadableCountersError; GdbRefusedError, GdbTimeoutError, GdbGoneError */
  async #readNow(): Promise<Reading> {
    const sampling = await this.#current();
    this.#latest = undefined;
    await sampling?.script.now();
    const outcome = this.#outcomeOfLatest();
    if (outcome?.kind === 'reading') return outcome.reading;
    throw new UnreadableCountersError(
      outcome?.kind === 'failed' ? outcome.reason : 'gdb has read nothing',
    );
  }

  #outcomeOfLatest(): ReadOutcome | undefined {
    return this.#latest?.outcome;
  }

  /** What samples over the connection that there is now; undefined if there is none. */
  async #current(): Promise<Sampling | undefined> {
    const { state } = this.#attachment;
    if (state.kind !== 'attached') return undefined;
    const { connection, memory } = state;
    if (this.#sampling?.connection !== connection) {
      this.#sampling = await Sampling.begin(connection, memory, this.#counters, (taken) =>
        this.#arrive(taken),
      );
    }
    return this.#sampling;
  }

  /** Undefined if gdb can't be told, for now. */
  async #pace({ grid }: Schedule, count: number | undefined): Promise<Sampling | undefined> {
    try {
      const sampling = await this.#current();
      // One that joined the others' grid at its end has none left, and a row all the same.
      await sampling?.script.pace(grid, count === undefined ? undefined : Math.max(1, count));
      return sampling;
    } catch (error) {
      if (isGdbFailure(error)) this.#attachment.giveUpGdb(error.message);
      else if (!(error instanceof UnreadableCountersError)) throw error;
      return undefined;
    }
  }

  /** A gdb whose guest has ended still has what it read last. */
  async #rest({ connection, script }: Sampling): Promise<void> {
    if (connection.end?.kind === 'failed') return;
    try {
      await script.rest();
    } catch (error) {
      if (!isGdbFailure(error)) throw error;
      connection.giveUp(error.message);
    }
  }

  /** Waits for news, or for so long that there should have been some. */
  async #isSilent({ connection }: Sampling, end: MonotonicNs | undefined): Promise<boolean> {
    const { session } = connection;
    await this.#wakeUp.wait(earlier(session.lastReceivedAt + SILENCE_NS, end));
    return clock.now() - session.lastReceivedAt >= SILENCE_NS;
  }

  #isAttachedBy({ connection }: Sampling): boolean {
    const { state } = this.#attachment;
    return state.kind === 'attached' && state.connection === connection;
  }

  #arrive(taken: ReadAttempt): void {
    this.#latest = taken;
    if (taken.outcome.kind === 'reading') this.#attachment.noteReading();
    this.#arrived.push(taken);
    // As long as nobody takes them they become no more than there were in that time.
    const stale = clock.now() - STALE_NS;
    while (this.#arrived.length > 1 && (this.#arrived[0]?.began ?? stale) < stale) {
      this.#arrived.shift();
    }
    this.#wakeUp.notify();
  }

  /** What gdb could not read may be a guest that is ending; what it read, one that is frozen. */
  #explained(outcome: ReadOutcome): ReadOutcome | Promise<ReadOutcome> {
    switch (outcome.kind) {
      case 'reading':
        return this.#reader.judge(outcome.reading);
      case 'failed':
        return this.#reader.explain(outcome.reason);
      default:
        return outcome;
    }
  }
}
