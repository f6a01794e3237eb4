import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { until } from '../fixtures/until.ts';

/** Why the recipe's bpftrace can't be measured here; undefined if it can. */
export function bpftraceUnavailable(executable: string): string | undefined {
  const version = spawnSync('bpftrace', ['--version'], { encoding: 'utf8' });
  if (version.error !== undefined) return 'bpftrace is not installed';
  const probe = `uprobe:${executable}:cpu_exec`;
  const found = spawnSync('bpftrace', ['-l', probe], { encoding: 'utf8', timeout: 30_000 });
  if (!found.stdout.includes('cpu_exec')) {
    return `bpftrace finds no cpu_exec in ${executable} (${firstLine(found.stderr)})`;
  }
  const run = spawnSync('bpftrace', ['-e', 'BEGIN { printf("works\\n"); exit(); }'], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  if (run.stdout.includes('works')) return undefined;
  return `bpftrace does not run here (${firstLine(run.stderr)})`;
}

/** Whether gdb would read QEMU's own symbols, which is what the recipe's `gdb -p` takes longest for. */
export function hasSymbols(pid: number): boolean {
  const program = readlinkSync(`/proc/${pid}/exe`);
  const sections = spawnSync('readelf', ['-SW', program], { encoding: 'utf8' }).stdout ?? '';
  return / \.symtab | \.debug_info /.test(sections);
}

/** The recipe's first step: a gdb that stops the guest, prints an address, and leaves. */
export async function oneShotGdb(pid: number): Promise<void> {
  const args = ['-nx', '-p', String(pid), '-batch', '-ex', 'print &inline_insn_count'];
  const child = spawn('gdb', args, { stdio: 'ignore', env: { ...process.env, LC_ALL: 'C' } });
  await once(child, 'exit');
}

/** The recipe's second step: a uprobe that reads the counter whenever QEMU enters cpu_exec. */
export async function startBpftrace(pid: number, address: bigint): Promise<Bpftrace> {
  const program = [
    `uprobe:${readlinkSync(`/proc/${pid}/exe`)}:cpu_exec {`,
    '  $now = nsecs;',
    '  if ($now - @last > 1000000000) {',
    `    $count = *(uint64 *)uptr(${address});`,
    '    printf("time: %ld, dur: %ld, count: %ld\\n", $now, $now - @last, $count - @count);',
    '    @last = $now; @count = $count;',
    '  }',
    '}',
  ].join('\n');
  const child = spawn('bpftrace', ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  const bpftrace = new Bpftrace(child);
  await bpftrace.whenPrinting();
  return bpftrace;
}

export class Bpftrace implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #stdout = '';

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'exit');
    child.stdout?.on('data', (text) => {
      this.#stdout += text;
    });
  }

  async whenPrinting(): Promise<void> {
    await until('a line of bpftrace', () => {
      if (this.#child.exitCode !== null) throw new Error('bpftrace ended at once');
      return this.#stdout.includes('count: ');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGINT');
    await this.#ended;
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
