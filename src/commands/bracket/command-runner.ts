import type { execa } from 'execa';
import { CommandError } from '../../errors.js';
import { isHangupIgnored } from '../hangup.js';
import { signalStatus } from '../signals.js';

/** The terminal sends these to the command too, as it is in our process group. */
const TERMINAL_SIGNALS = ['SIGINT', 'SIGQUIT'] as const;
/** These reach us alone, and are meant for what we run. */
const PASSED_SIGNALS = ['SIGTERM', 'SIGHUP'] as const;

/** Node resets all signals in a child, but nohup's ignored SIGHUP has to reach the command. */
const IGNORING_HANGUP = ['/bin/sh', '-c', 'trap "" HUP; exec "$0" "$@"'] as const;

/**
 * Runs a command in the foreground, with our stdin, stdout and stderr, as often as it is asked to.
 * A signal that would end us is the command's while it runs, and we wait for it.
 */
export class CommandRunner {
  readonly #command: readonly [file: string, ...args: string[]];
  readonly #execa: typeof execa;
  #child: { kill(signal: NodeJS.Signals): boolean } | undefined;
  #signal: NodeJS.Signals | undefined;
  readonly #interrupted = new AbortController();
  readonly #signals = [...TERMINAL_SIGNALS, ...PASSED_SIGNALS].filter(
    (signal) => signal !== 'SIGHUP' || !isHangupIgnored(),
  );
  readonly #listener = (signal: NodeJS.Signals): void => this.#onSignal(signal);

  private constructor(command: readonly [file: string, ...args: string[]], start: typeof execa) {
    this.#command = command;
    this.#execa = start;
    for (const signal of this.#signals) process.on(signal, this.#listener);
  }

  /** Loads execa, which takes a tenth of a second, before anything is counted. */
  static async open(command: readonly [file: string, ...args: string[]]): Promise<CommandRunner> {
    // It is an ES module, which Node before 20.19 loads in no other way.
    return new CommandRunner(command, (await import('execa')).execa);
  }

  /** The first signal that came: no further run is to be begun. */
  get signal(): NodeJS.Signals | undefined {
    return this.#signal;
  }

  /** Aborted at that signal. */
  get interrupted(): AbortSignal {
    return this.#interrupted.signal;
  }

  /**
   * @returns its exit status, as a shell has it: 128 + n after signal n
   * @throws CommandError if it can't be started after all
   */
  async run(): Promise<number> {
    const command = isHangupIgnored() ? [...IGNORING_HANGUP, ...this.#command] : this.#command;
    const [file = '', ...args] = command;
    // It may outlive us, and take a SIGTERM at its leisure, as it would under a shell.
    const child = this.#execa(file, args, {
      stdio: 'inherit',
      reject: false,
      cleanup: false,
      forceKillAfterDelay: false,
    });
    this.#child = child;
    const { exitCode, signal, code, originalMessage } = await child;
    this.#child = undefined;
    if (signal !== undefined) return signalStatus(signal);
    if (exitCode !== undefined) return exitCode;
    throw new CommandError(
      file,
      code === 'ENOENT' ? 'not-found' : 'not-runnable',
      originalMessage ?? 'no reason was given',
    );
  }

  /** Signals are the system's again. */
  release(): void {
    for (const signal of this.#signals) process.off(signal, this.#listener);
  }

  #onSignal(signal: NodeJS.Signals): void {
    const isSecond = this.#signal !== undefined;
    this.#signal ??= signal;
    this.#interrupted.abort();
    if (this.#child === undefined) {
      // As without a command: the second ends us at once, and gdb leaves by itself.
      if (isSecond) process.exit(signalStatus(signal));
    } else if (PASSED_SIGNALS.some((passed) => passed === signal)) {
      this.#child.kill(signal);
    }
  }
}
