import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../fixtures/until.ts';

/** What `npm run build` has made. */
export const main = join(import.meta.dirname, '../../../../dist/cli/main.js');

/** The gdb that samples are taken with: the machine's, or one of one's own. */
export const benchGdb = process.env['ICOUNT_BENCH_GDB'] ?? 'gdb';

/** The command, as a user runs it: jsonl into a file, so that nobody works to read it. */
export function startTool(pid: number, args: readonly string[]): Tool {
  return new Tool(pid, args);
}

export class Tool implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #directory = mkdtempSync(join(tmpdir(), 'icount-gdb-bench-'));
  readonly #ended: Promise<unknown>;
  #stderr = '';

  constructor(pid: number, args: readonly string[]) {
    const rows = ['-q', '-f', 'jsonl', '-o', this.#file(), '--gdb', benchGdb];
    const command = [main, String(pid), ...rows, ...args];
    this.#child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr?.on('data', (text) => {
      this.#stderr += text;
    });
    if (this.#child.pid === undefined) throw new Error('node could not be started');
    this.pid = this.#child.pid;
    this.#ended = once(this.#child, 'exit');
  }

  /** It is attached, and has read the counters once. */
  async whenAttached(): Promise<void> {
    await until('icount-gdb to be attached', () => {
      if (this.#child.exitCode !== null) throw new Error(`icount-gdb: ${this.#stderr}`);
      return this.#text().includes('\n');
    });
  }

  /** Waits for its end, and gives the records that it has written. */
  async records(): Promise<readonly Readonly<Record<string, unknown>>[]> {
    await this.#ended;
    if (this.#child.exitCode !== 0) throw new Error(`icount-gdb: ${this.#stderr}`);
    return this.#text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  async end(): Promise<void> {
    this.#child.kill('SIGINT');
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #file(): string {
    return join(this.#directory, 'rows.jsonl');
  }

  #text(): string {
    try {
      return readFileSync(this.#file(), 'utf8');
    } catch {
      return '';
    }
  }
}
