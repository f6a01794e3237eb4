import { writeSync } from 'node:fs';
import { type KeyAction, readKeys } from './keys.js';

/** Alternate screen, no cursor, no wrapping of lines (xterm's "ctlseqs", DECSET). */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
/** A terminal that knows these shows a picture when it is whole; others pass over them. */
const BEGIN_PICTURE = '\u001b[?2026h';
const END_PICTURE = '\u001b[?2026l';
const CLEAR_LINE = '\u001b[2K';
const CLEAR_TO_END = '\u001b[J';

/** What a screen tells its owner. */
export interface ScreenEvents {
  readonly onKey: (action: 'quit' | 'pause' | 'reset' | 'help') => void;
  /** The size has changed, or we are back from the background. */
  readonly onRedraw: () => void;
  /** The terminal is gone. */
  readonly onGone: () => void;
}

/**
 * A terminal that is ours from `open` to `close`. It is given back whatever happens: at the exit
 * of the process, before an uncaught exception is shown, while we are suspended.
 */
export class Screen {
  readonly #input: NodeJS.ReadStream;
  readonly #output: NodeJS.WriteStream & { readonly fd: number };
  readonly #events: ScreenEvents;
  #isOurs = false;

  constructor(
    input: NodeJS.ReadStream,
    output: NodeJS.WriteStream & { readonly fd: number },
    events: ScreenEvents,
  ) {
    this.#input = input;
    this.#output = output;
    this.#events = events;
  }

  /** Whether keys can be pressed. */
  get hasKeys(): boolean {
    return this.#input.isTTY;
  }

  get size(): { readonly width: number; readonly height: number } {
    // A terminal that does not know its size says 0 by 0.
    return { width: this.#output.columns || 80, height: this.#output.rows || 24 };
  }

  open(): void {
    process.on('exit', this.#give);
    process.on('uncaughtExceptionMonitor', this.#give);
    process.on('SIGTSTP', this.#suspend);
    process.on('SIGCONT', this.#resume);
    process.on('SIGQUIT', this.#abort);
    this.#output.on('resize', this.#events.onRedraw);
    this.#output.on('error', this.#events.onGone);
    this.#take();
    if (this.hasKeys) {
      this.#input.setEncoding('utf8').on('data', this.#onInput).on('error', this.#events.onGone);
    }
  }

  draw(lines: readonly string[]): void {
    // A terminal that does not take what it got gets the next picture when it has.
    if (!this.#isOurs || this.#output.writableNeedDrain) return;
    // Lines are cleared first: after one that reaches the edge its last character would go too.
    const text = lines.map((line, index) => `${lineStart(index)}${CLEAR_LINE}${line}`).join('');
    const below = lines.length < this.size.height ? lineStart(lines.length) + CLEAR_TO_END : '';
    this.#output.write(`${BEGIN_PICTURE}${text}${below}${END_PICTURE}`);
  }

  close(): void {
    this.#give();
    process.off('exit', this.#give);
    process.off('uncaughtExceptionMonitor', this.#give);
    process.off('SIGTSTP', this.#suspend);
    process.off('SIGCONT', this.#resume);
    process.off('SIGQUIT', this.#abort);
    this.#output.off('resize', this.#events.onRedraw);
    if (this.hasKeys) {
      this.#input.off('data', this.#onInput);
      // A stdin that is read keeps the process alive.
      this.#input.pause();
    }
  }

  #take(): void {
    this.#isOurs = true;
    if (this.hasKeys) this.#input.setRawMode(true);
    this.#output.write(ENTER);
  }

  readonly #give = (): void => {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    try {
      if (this.hasKeys) this.#input.setRawMode(false);
      // Synchronous: this may be the process's last act.
      writeSync(this.#output.fd, LEAVE);
    } catch {
      // The terminal is gone, and with it what there was to give back.
    }
  };

  readonly #suspend = (): void => {
    this.#give();
    // SIGTSTP itself has a listener now, so that it would not stop us.
    process.kill(process.pid, 'SIGSTOP');
  };

  readonly #resume = (): void => {
    // After a SIGSTOP, of which we know nothing, the shell has had the terminal too: Node sets the
    // mode again only if it thinks that it has changed.
    this.#give();
    this.#take();
    this.#events.onRedraw();
  };

  readonly #abort = (): void => {
    this.#give();
    process.off('SIGQUIT', this.#abort);
    process.kill(process.pid, 'SIGQUIT');
  };

  readonly #onInput = (chunk: string): void => {
    for (const action of readKeys(chunk)) this.#act(action);
  };

  #act(action: KeyAction): void {
    switch (action) {
      case 'interrupt':
        process.kill(process.pid, 'SIGINT');
        return;
      case 'suspend':
        // As the terminal would: the whole job, so that the shell sees that it has stopped.
        process.kill(0, 'SIGTSTP');
        return;
      case 'abort':
        process.kill(process.pid, 'SIGQUIT');
        return;
      case 'quit':
      case 'pause':
      case 'reset':
      case 'help':
        this.#events.onKey(action);
        return;
      default:
        action satisfies never;
    }
  }
}

/** Whatever the terminal makes of a newline. */
function lineStart(index: number): string {
  return `\u001b[${index + 1};1H`;
}
