import { PassThrough } from 'node:stream';
import { GdbSession, type SessionEvents } from '../../src/gdb/session.js';

/** The other end of a session: what a gdb would be sent, and says. */
export class FakeGdb {
  readonly session: GdbSession;
  /** The commands so far, with their tokens. */
  readonly sent: string[] = [];
  readonly #stdout = new PassThrough();
  #end: (how: string) => void = () => {};

  constructor(events: SessionEvents = {}) {
    const stdin = new PassThrough();
    stdin.on('data', (chunk: Buffer) => {
      this.sent.push(...chunk.toString().trimEnd().split('\n'));
    });
    const ended = new Promise<string>((resolve) => {
      this.#end = resolve;
    });
    this.session = new GdbSession({ stdin, stdout: this.#stdout, ended }, events);
  }

  /** gdb's pipe delivers this; returns when the session has seen it. */
  async says(...chunks: readonly (string | Uint8Array)[]): Promise<void> {
    for (const chunk of chunks) this.#stdout.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }

  async ends(how: string): Promise<void> {
    this.#end(how);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
