import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { becomes } from './processes.mjs';

/** How a cgroup of each version is frozen and thawed. */
const versions = {
  1: { type: 'cgroup', options: ['-o', 'freezer'], freeze: ['freezer.state', 'FROZEN', 'THAWED'] },
  2: { type: 'cgroup2', options: [], freeze: ['cgroup.freeze', '1', '0'] },
};

const LAST_ONE_LIMIT_MS = 5_000;

/** A cgroup that freezes whom it holds. */
export class Freezer {
  #root;
  #directory;
  #words;

  constructor(version) {
    this.#words = versions[version].freeze;
    this.#root = mountOf(versions[version]);
    this.#directory = join(this.#root, `icount-gdb-soak-${process.pid}-${version}`);
    mkdirSync(this.#directory, { recursive: true });
  }

  freeze(pid) {
    writeFileSync(join(this.#directory, 'cgroup.procs'), String(pid));
    writeFileSync(join(this.#directory, this.#words[0]), this.#words[1]);
  }

  thaw() {
    writeFileSync(join(this.#directory, this.#words[0]), this.#words[2]);
  }

  /** Once all whom it holds have ended, or have been taken out. */
  async remove() {
    this.thaw();
    const pids = readFileSync(join(this.#directory, 'cgroup.procs'), 'utf8');
    for (const pid of pids.split('\n').filter(Boolean)) {
      writeFileSync(join(this.#root, 'cgroup.procs'), pid);
    }
    await becomes(() => this.#isRemoved(), LAST_ONE_LIMIT_MS, 10);
  }

  #isRemoved() {
    try {
      rmdirSync(this.#directory);
      return true;
    } catch (error) {
      if (error.code !== 'EBUSY') throw error;
      return false;
    }
  }
}

/** Where the hierarchy is mounted; where it is not, we mount it. */
function mountOf({ type, options }) {
  const kind = type === 'cgroup2' ? / cgroup2 / : / cgroup \S*\bfreezer\b/;
  const found = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .find((line) => kind.test(line));
  if (found !== undefined) return found.split(' ')[1];
  const directory = mkdtempSync(join(tmpdir(), 'icount-gdb-cgroup-'));
  execFileSync('mount', ['-t', type, ...options, 'none', directory]);
  process.once('exit', () => execFileSync('umount', ['--lazy', directory]));
  return directory;
}
