import type { Readable, Writable } from 'node:stream';
import type { MonotonicNs } from '../clock.js';
import { type MiHead, readHead } from '../mi/head.js';
import { LineSplitter } from '../mi/lines.js';
import { parseRecord } from '../mi/parse.js';
import { findText, type MiRecord } from '../mi/record.js';
import { GdbGoneError, GdbRefusedError, GdbTimeoutError } from './failure.js';

/** The answer to a command: `^done` and the like. */
export type ResultRecord = Extract<MiRecord, { kind: 'result' }>;
/** What gdb tells unasked: `*stopped`, `=thread-exited`, `+icount`. */
export type AsyncRecord = Extract<MiRecord, { kind: 'async' }>;

/** What a session tells beside the answers to its commands. */
export interface SessionEvents {
  /** A change of run state (`*running`, `*stopped`), or the end of the inferior. */
  onAsync?(record: AsyncRecord): void;
  /** A line that is no record, or was cut short. */
  onMalformed?(record: Extract<MiRecord, { kind: 'malformed' }>): void;
  /** A sentence for people, from gdb's console or log stream. */
  onText?(text: string): void;
  /** Every line of the conversation, for --verbose. */
  readonly onLine?: ((direction: 'sent' | 'received', line: string) => void) | undefined;
}

/** The two pipes of a gdb process. */
export interface GdbPipes {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Settles when the process has ended, with how. */
  readonly ended: Promise<string>;
}

interface Pending {
  readonly resolve: (record: ResultRecord) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Notifications that come for each thread and library; a busy guest sends thousands. */
const UNREAD_NOTIFICATIONS: ReadonlySet<string> = new Set([
  'thread-created',
  'thread-exited',
  'thread-selected',
  'library-loaded',
  'library-unloaded',
  'cmd-param-changed',
  'breakpoint-modified',
]);

/**
 * One conversation with gdb in MI: commands go out with a token, answers come back by it.
 *
 * Knows nothing of attaching or counters. A command that fails rejects with
 * {@link GdbRefusedError}, {@link GdbTimeoutError} or {@link GdbGoneError}; when gdb goes, all
 * that is pending is rejected.
 */
export class GdbSession {
  readonly #pipes: GdbPipes;
  readonly #events: SessionEvents;
  readonly #pending = new Map<number, Pending>();
  readonly #lines = new LineSplitter();
  #nextToken = 1;
  #lastReceivedAt: MonotonicNs = 0n;
  #gone: GdbGoneError | undefined;

  constructor(pipes: GdbPipes, events: SessionEvents = {}) {
    this.#pipes = pipes;
    this.#events = events;
    pipes.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    // Broken pipes are told by `ended`; without a listener they would end our process.
    pipes.stdout.on('error', () => {});
    pipes.stdin.on('error', () => {});
    pipes.ended.then((how) => this.#abandon(how));
  }

  /** Whether gdb has ended. */
  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /**
   * When gdb's last words arrived. By the time their parsing has led to somebody's await, a tenth of
   * a millisecond has gone by.
   */
  get lastReceivedAt(): MonotonicNs {
    return this.#lastReceivedAt;
  }

  /**
   * Sends one MI command, without its token, and waits for its first result record. (A command
   * may have a second, untokened one: `attach&` does. It says nothing that we need.)
   */
  send(command: string, timeoutMs: number): Promise<ResultRecord> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const token = this.#nextToken++;
    this.#events.onLine?.('sent', `${token}${command}`);
    this.#pipes.stdin.write(`${token}${command}\n`);
    // While gdb is at work. Its answer can't be read before the event loop's next turn.
    return new Promise<ResultRecord>((resolve, reject) => {
      const giveUp = (): void => {
        if (!this.#pending.delete(token)) return;
        reject(new GdbTimeoutError(command.split(' ', 1)[0] ?? command, timeoutMs));
      };
      // When we were stopped for a while the timer is due before the pipe has been read: an
      // answer that lies there counts.
      const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
      this.#pending.set(token, { resolve, reject, timer });
    });
  }

  /** Closes gdb's input: it detaches from what it traces and ends. */
  close(): void {
    this.#pipes.stdin.end();
  }

  #receive(chunk: Buffer): void {
    this.#lastReceivedAt = process.hrtime.bigint();
    for (const line of this.#lines.push(chunk)) {
      this.#events.onLine?.('received', Buffer.from(line).toString());
      const head = readHead(line);
      if (this.#isOfInterest(head)) this.#dispatch(parseRecord(line));
    }
  }

  #isOfInterest(head: MiHead): boolean {
    switch (head.kind) {
      case 'result':
      case 'stream':
        return true;
      case 'async':
        return !UNREAD_NOTIFICATIONS.has(head.class);
      default:
        return false;
    }
  }

  #dispatch(record: MiRecord): void {
    switch (record.kind) {
      case 'result':
        this.#settle(record);
        break;
      case 'async':
        this.#events.onAsync?.(record);
        break;
      case 'stream':
        this.#events.onText?.(record.text);
        break;
      case 'malformed':
        // An answer that can't be read shows as a timeout, too.
        this.#events.onMalformed?.(record);
        break;
      case 'prompt':
        break;
      default:
        record satisfies never;
    }
  }

  #settle(record: ResultRecord): void {
    const pending = record.token === undefined ? undefined : this.#pending.get(record.token);
    if (record.token === undefined || pending === undefined) return;
    this.#pending.delete(record.token);
    clearTimeout(pending.timer);
    if (record.class === 'error') {
      const reason = findText(record.results, 'msg') ?? 'gdb gave no reason';
      pending.reject(new GdbRefusedError(reason));
    } else {
      pending.resolve(record);
    }
  }

  #abandon(how: string): void {
    this.#gone = new GdbGoneError(how);
    for (const pending of this.#pending.values()) {
      clearTimeout(pending.timer);
      pending.reject(this.#gone);
    }
    this.#pending.clear();
  }
}
