import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { becomes, isAlive } from './processes.mjs';

export const root = join(import.meta.dirname, '../..');
export const main = join(root, 'dist/cli/main.js');
const cache = join(root, '.cache');

/** Guests of several kinds; in all of them libinsn keeps one 64-bit counter. */
const kinds = {
  'user mode, one thread': () => user('spin'),
  'user mode, threads that come and go': () => user('threads', '8', '10000000'),
  'user mode, signals at 1 kHz': () => user('signals'),
  'system mode, four vCPUs': () => system(4),
};

export const kindNames = Object.keys(kinds);

/** A running QEMU, with a way to its counter that does not involve gdb. */
export class Guest {
  constructor(name) {
    const { program, args, env } = kinds[name]();
    const plugin = join(cache, 'plugins/array-with-pc/libinsn.so');
    const options = ['-plugin', `${plugin},inline=on`, '-d', 'plugin', '-D', '/dev/null'];
    this.name = name;
    // setpriv becomes QEMU, and the kernel ends it when we are gone.
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...options, ...args], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    });
    this.pid = this.child.pid;
  }

  static async start(name) {
    const guest = new Guest(name);
    const resolved = await becomes(() => guest.#resolve(), 30_000);
    if (!resolved) throw new Error(`no counter in the guest: ${name}`);
    return guest;
  }

  get isAlive() {
    return isAlive(this.pid);
  }

  /** Instructions so far; undefined when they can't be read. */
  counter() {
    try {
      const memory = openSync(`/proc/${this.pid}/mem`, 'r');
      try {
        const bytes = Buffer.alloc(8);
        readSync(memory, bytes, 0, 8, this.address);
        return bytes.readBigUInt64LE();
      } finally {
        closeSync(memory);
      }
    } catch {
      return undefined;
    }
  }

  end() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
  }

  #resolve() {
    try {
      const facts = execFileSync(process.execPath, [main, 'inspect', '--no-attach', this.pid], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      this.address = BigInt(/^address +(0x[0-9a-f]+)$/m.exec(facts)?.[1] ?? 0);
      return this.counter() > 0n;
    } catch {
      return false;
    }
  }
}

function user(guest, ...args) {
  return { ...qemu('qemu7-user', 'qemu-riscv64'), args: [join(cache, 'guests', guest), ...args] };
}

function system(vcpus) {
  const { program, env, share } = qemu('qemu7-system', 'qemu-system-riscv64');
  const board = '-nodefaults -display none -M virt -bios none -cpu rv64'.split(' ');
  const kernel = ['-smp', String(vcpus), '-kernel', join(cache, 'guests/harts-busy')];
  return { program, env, args: [...share, ...board, ...kernel] };
}

/** A QEMU that test/setup.sh has unpacked, or else the installed one. */
function qemu(unpacked, program) {
  const place = join(cache, unpacked);
  if (!existsSync(place)) return { program, env: {}, share: [] };
  return {
    program: join(place, 'bin', program),
    env: { LD_LIBRARY_PATH: join(place, 'lib'), QEMU_MODULE_DIR: join(place, 'modules') },
    share: ['-L', join(place, 'share')],
  };
}
