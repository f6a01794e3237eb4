import { setTimeout as sleep } from 'node:timers/promises';
import type { ElfFile } from '../elf/elf.js';
import { isLossOfGdb } from '../gdb/failure.js';
import { GuestMemory } from '../gdb/memory.js';
import type { GdbSession } from '../gdb/session.js';
import type { GdbFacts } from '../gdb/start.js';
import { type AttachmentState, explainAttachFailure } from './attachment-state.js';
import { connect, FAILURES_ALLOWED, failedTooOften } from './connect.js';
import { Connection, type ConnectionEnd, type ConnectionOptions } from './connection.js';
import { isAlive } from './guest-end.js';
import { isStandstill, STOPPED_POLL_MS, standstillOf } from './standstill.js';

/** What an attachment needs, beside what each of its gdbs does. */
export interface AttachmentOptions extends ConnectionOptions {
  /** The state is one that lasts: there is nothing to wait for any more. */
  readonly onOver: () => void;
  /** A gdb that had ended or hung was replaced. */
  readonly onGdbReplaced?: (() => void) | undefined;
}

/** Our hold on a guest: one gdb attached to it, and another in its place when it dies or hangs. */
export class Attachment {
  readonly #options: AttachmentOptions;
  #connection: Connection;
  #elf: ElfFile | undefined;
  #state: AttachmentState = { kind: 'apart', reason: 'not attached yet' };
  #onChange: (() => void) | undefined;
  #hasRead = false;
  #failures: number;
  #leaving = false;
  #transition: Promise<void> = Promise.resolve();

  private constructor(options: AttachmentOptions, connection: Connection, failures: number) {
    this.#options = options;
    this.#connection = connection;
    this.#failures = failures;
  }

  /**
   * Starts gdb and gives it the plugin; the guest is not touched.
   *
   * @throws GdbUnusableError, SamplingFailedError; GdbRefusedError if gdb can't read the file
   */
  static async open(options: AttachmentOptions): Promise<Attachment> {
    let attachment: Attachment | undefined;
    const { connection, failures } = await connect(options, (end) => {
      if (attachment !== undefined) attachment.#onConnectionOver(end);
    });
    attachment = new Attachment(options, connection, failures);
    return attachment;
  }

  get gdb(): GdbFacts {
    return this.#connection.gdb;
  }

  get state(): AttachmentState {
    return this.#state;
  }

  /** For the one who waits for the state to become another. */
  onStateChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** What is under way to get out of `apart` or `ending`; never rejects. */
  get transition(): Promise<void> {
    return this.#transition;
  }

  get isLeaving(): boolean {
    return this.#leaving;
  }

  /**
   * Puts questions about the file to gdb, before it attaches; all of them to another one, if it
   * dies over them.
   *
   * @throws what `question` throws; GdbUnusableError, SamplingFailedError
   */
  async ask<T>(question: (session: GdbSession) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await question(this.#connection.session);
      } catch (error) {
        if (!isLossOfGdb(error)) throw error;
        await this.#replaceAfter(error);
      }
    }
  }

  /**
   * Attaches for the first time; `signal` calls it off.
   *
   * @throws an IcountError that says why it can't be
   */
  async attach(elf: ElfFile, signal?: AbortSignal): Promise<void> {
    this.#elf = elf;
    for (;;) {
      try {
        await this.#connection.attach(signal);
        break;
      } catch (error) {
        await this.#connection.leave();
        if (!isLossOfGdb(error)) throw await explainAttachFailure(error, this.#options);
        await this.#replaceAfter(error);
      }
    }
    this.#take(elf);
  }

  /** A good reading: what has failed before it counts no more. */
  noteReading(): void {
    this.#hasRead = true;
    this.#failures = 0;
  }

  /** For the one who finds that gdb is of no use any more. No effect if gdb has ended. */
  giveUpGdb(reason: string): void {
    this.#connection.giveUp(reason);
  }

  /** To be called when nothing can be read: that may be the guest's end, before gdb reports it. */
  noteUnreadable(): void {
    if (!isAlive(this.#options)) this.#onConnectionOver({ kind: 'guest-ended' });
  }

  /** There is no use in reading any more. */
  lose(reason: string): void {
    this.#end({ kind: 'lost', reason });
  }

  /** Leaves the guest running. To be called once, whatever happened. */
  async leave(): Promise<void> {
    this.#leaving = true;
    await this.#connection.leave();
    await this.#transition;
    // One that was being started meanwhile.
    await this.#connection.leave();
  }

  #become(state: AttachmentState): void {
    this.#state = state;
    this.#onChange?.();
  }

  #end(state: Extract<AttachmentState, { kind: 'ended' | 'lost' }>): void {
    this.#become(state);
    this.#options.onOver();
  }

  /** Takes the connection, attached just now, for the one to read by. */
  #take(elf: ElfFile): void {
    const memory = new GuestMemory(this.#connection.session, elf);
    this.#become({ kind: 'attached', memory, connection: this.#connection });
    const { end } = this.#connection;
    if (end !== undefined) this.#onConnectionOver(end);
  }

  #onConnectionOver(end: ConnectionEnd): void {
    if (this.#state.kind !== 'attached' || this.#leaving) return;
    switch (end.kind) {
      case 'failed':
        this.#become({ kind: 'apart', reason: end.reason });
        this.#transition = this.#reconnect(end.reason);
        return;
      case 'guest-ended':
        this.#become({ kind: 'ending' });
        this.#transition = this.#explainEnd();
        return;
      default:
        end satisfies never;
    }
  }

  async #explainEnd(): Promise<void> {
    const end = await this.#connection.howGuestEnded();
    if (end !== undefined) {
      this.#end({ kind: 'ended', end });
    } else {
      const reason = 'gdb let go of the guest';
      this.#become({ kind: 'apart', reason });
      await this.#reconnect(reason);
    }
  }

  /** gdb is gone, or of no use any more: another takes its place, if the guest is still there. */
  async #reconnect(cause: string): Promise<void> {
    let reason = cause;
    this.#failures += 1;
    await this.#connection.leave();
    while (!this.#leaving) {
      if (!isAlive(this.#options)) return this.#end({ kind: 'ended', end: { kind: 'gone' } });
      const standstill = this.#hasRead ? standstillOf(this.#options.pid) : undefined;
      if (standstill !== undefined) {
        this.#become({ kind: 'stopped', by: standstill });
        await sleep(STOPPED_POLL_MS);
        continue;
      }
      if (this.#failures >= FAILURES_ALLOWED) {
        return this.lose(`gdb ${failedTooOften(this.#failures, reason)}`);
      }
      try {
        if (await this.#attachAnother()) {
          this.#options.onNotice(`${reason}; attached again with a new gdb`);
          this.#options.onGdbReplaced?.();
        }
        return;
      } catch (error) {
        await this.#connection.leave();
        if (!(isStandstill(error) && this.#hasRead)) {
          this.#failures += 1;
          reason = error instanceof Error ? error.message : String(error);
        }
        this.#become({ kind: 'apart', reason });
      }
    }
  }

  /** Returns false if we are about to leave anyway. */
  async #attachAnother(): Promise<boolean> {
    this.#connection = await Connection.open(this.#options, (end) => this.#onConnectionOver(end));
    if (this.#leaving || this.#elf === undefined) return false;
    await this.#connection.attach();
    this.#take(this.#elf);
    return true;
  }

  /** Before the first attach: gdb is gone, another one takes its place. */
  async #replaceAfter(failure: Error): Promise<void> {
    await this.#connection.leave();
    const { connection, failures } = await connect(
      this.#options,
      (end) => this.#onConnectionOver(end),
      this.#failures + 1,
      failure,
    );
    this.#connection = connection;
    this.#failures = failures;
    this.#options.onGdbReplaced?.();
  }
}
