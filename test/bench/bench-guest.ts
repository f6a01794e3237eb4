import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guestFile, type Layout, pluginFile, qemuProgram } from '../fixtures/cache.ts';
import { until } from '../fixtures/until.ts';

const root = join(import.meta.dirname, '../../../..');
const products = join(root, '.cache/bench/guests');

/** What QEMU runs. */
export interface BenchGuest {
  readonly name: string;
  readonly program: ReturnType<typeof qemuProgram>;
  readonly layout: Layout;
  readonly inline: boolean;
  readonly args: readonly string[];
}

/**
 * A qemu-riscv64 (version 7 or 8) of one's own. Distributions strip theirs of symbols, without which
 * the recipe has nothing to put its uprobe on.
 */
const { ICOUNT_BENCH_QEMU: ownQemu } = process.env;

/** A loop of getpid system calls, without a C library; one vCPU. */
export function userGuest(): BenchGuest {
  return {
    name: 'user mode, getpid loop',
    program:
      ownQemu === undefined
        ? qemuProgram('qemu7-user', 'qemu-riscv64')
        : { file: ownQemu, args: [], env: {} },
    layout: 'array-with-pc',
    inline: true,
    args: [guestFile('getpid-loop')],
  };
}

/** A program that sleeps. */
export function idleGuest(): BenchGuest {
  return { ...userGuest(), name: 'user mode, asleep', args: [guestFile('fixed')] };
}

/** Four vCPUs that are never idle, but set a timer and meet a `wfi` some hundred times a second. */
export function systemGuest(): BenchGuest {
  return {
    name: 'system mode, 4 busy vCPUs',
    program: qemuProgram('qemu7-system', 'qemu-system-riscv64'),
    layout: 'array-with-pc',
    inline: false,
    args: [...board('rv64', 4), '-kernel', busyHarts()],
  };
}

/** Any number of vCPUs of a new QEMU, each in a loop without an end, or asleep for ever. */
export function manyVcpus(vcpus: number, load: 'busy' | 'idle'): BenchGuest {
  return {
    name: `${vcpus} ${load} vCPUs`,
    program: qemuProgram('qemu10', 'qemu-system-riscv64'),
    layout: 'scoreboard',
    inline: true,
    args: [
      ...[...board('rv64i', vcpus), '-audio', 'none'],
      ...['-device', `loader,file=${loopFile(load)},addr=0x80000000,force-raw=on`],
      ...Array.from({ length: vcpus }, (_, hart) => [
        '-device',
        `loader,addr=0x80000000,cpu-num=${hart}`,
      ]).flat(),
    ],
  };
}

/** Starts it; setpriv (util-linux) ends it with us, whatever happens. */
export async function startBenchGuest(guest: BenchGuest): Promise<RunningGuest> {
  const { program, layout, inline, args } = guest;
  const plugin = realpathSync(pluginFile(layout));
  const option = inline ? `${plugin},inline=on` : plugin;
  const command = [program.file, ...program.args, '-plugin', option, ...args];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...command], {
    env: { ...process.env, ...program.env },
    stdio: 'ignore',
  });
  const running = new RunningGuest(child);
  await until(`the plugin in ${guest.name}`, () => running.hasLoaded(plugin));
  return running;
}

export class RunningGuest implements AsyncDisposable {
  readonly pid: number;
  readonly #child: ChildProcess;
  /** Its parent, which we are, knows. */
  readonly ended: Promise<unknown>;

  constructor(child: ChildProcess) {
    if (child.pid === undefined) throw new Error('setpriv could not be started');
    this.pid = child.pid;
    this.#child = child;
    this.ended = once(child, 'exit');
  }

  hasLoaded(plugin: string): boolean {
    if (this.#child.exitCode !== null) throw new Error(`QEMU ended (${this.#child.exitCode})`);
    return readFileSync(`/proc/${this.pid}/maps`, 'utf8').includes(plugin);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

export function board(cpu: string, vcpus: number): readonly string[] {
  const machine = ['-nodefaults', '-display', 'none', '-M', 'virt', '-bios', 'none'];
  return [...machine, '-cpu', cpu, '-smp', String(vcpus)];
}

/** crc.S, with work for about a third of a second of a QEMU without a plugin. */
export function crcGuest(
  blocks: 'short' | 'long',
  mode: 'user' | 'system',
  quick: boolean,
): string {
  const rounds = { short: 5_000_000, long: 20_000_000 }[blocks] / (quick ? 4 : 1);
  return compileGuest(`crc-${blocks}-${mode}-${rounds}`, 'crc.S', [
    `-DROUNDS=${rounds}`,
    ...(blocks === 'short' ? ['-DBRANCHES'] : []),
    ...(mode === 'system' ? ['-DMACHINE', ...ON_BOARD] : []),
  ]);
}

/** harts-busy.S with rounds that take longer than its period: it never waits. */
function busyHarts(): string {
  return compileGuest('harts-never-idle', 'harts-busy.S', ['-DTURNS=500000', ...ON_BOARD]);
}

/** `virt` starts at the beginning of its memory. */
const ON_BOARD = ['-Wl,-Ttext=0x80000000', '-Wl,--build-id=none'] as const;

/** One of test/fixtures/guests, without a C library and for the simplest CPU. */
function compileGuest(name: string, source: string, options: readonly string[]): string {
  const file = join(products, name);
  if (existsSync(file)) return file;
  mkdirSync(products, { recursive: true });
  const path = join(root, 'test/fixtures/guests', source);
  const compile = (isa: string): void => {
    const common = ['-static', '-nostdlib', '-mabi=lp64', `-march=${isa}`];
    const args = [...common, ...options, '-o', file, path];
    execFileSync('riscv64-linux-gnu-gcc', args, { stdio: 'pipe' });
  };
  try {
    compile('rv64i_zicsr');
  } catch {
    compile('rv64i');
  }
  return file;
}

function loopFile(load: 'busy' | 'idle'): string {
  const words = {
    // addi t0, t0, 1; addi t1, t1, 1; j to the first
    busy: [0x00128293, 0x00130313, 0xff9ff06f],
    // wfi; j to it
    idle: [0x10500073, 0xffdff06f],
  }[load];
  const file = join(products, load);
  mkdirSync(products, { recursive: true });
  writeFileSync(file, new Uint32Array(words));
  return file;
}
