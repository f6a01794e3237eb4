import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Layout, pluginFile } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { startMarked } from '../fixtures/marked-run.ts';
import { whenWorking } from '../fixtures/undisturbed.ts';

/** All that we ever ask of gdb. Nothing of it writes to the guest, calls anything in it or stops it. */
const allowed: readonly RegExp[] = [
  /^-data-evaluate-expression \$icount_gdb_session$/,
  /^-gdb-version$/,
  /^-gdb-set debug-file-directory \/usr\/lib\/debug:\/proc\/\d+\/root\/usr\/lib\/debug$/,
  /^-file-exec-and-symbols \/proc\/self\/fd\/\d+$/,
  /^-symbol-info-variables --name "[\\^()|\w$]+"$/,
  /^-data-evaluate-expression "sizeof\(\w+(\[0\])?\)"$/,
  /^-data-evaluate-expression "\(unsigned long\)&\w+"$/,
  /^-data-evaluate-expression "\(\(long\)&\w+(\[0\])?\.insn_count-\(long\)&\w+(\[0\])?\)\*65536\+sizeof\(\w+(\[0\])?\.insn_count\)"$/,
  /^-interpreter-exec console "attach \d+&"$/,
  /^-list-target-features$/,
  /^-data-read-memory-bytes \d+ \d+$/,
  /^-interpreter-exec console "python Sampler"$/,
  /^-interpreter-exec console "python sampler = Sampler\(\[[(\d, )]+\], (None|\{[\\":\w(\d, )]+\}), \d+, \d+\)"$/,
  /^-interpreter-exec console "python sampler\.pace\(\d+, \d+, \d+, \d+\)"$/,
  /^-interpreter-exec console "python sampler\.(now|rest)\(\)"$/,
  /^-exec-continue$/,
];

const layouts: readonly Layout[] = ['scalar', 'array-with-pc', 'array', 'scoreboard'];

function startBusy(layout: Layout): Guest {
  return layout === 'scoreboard'
    ? startGuest({
        qemu: 'qemu10-system',
        plugin: pluginFile(layout),
        inline: true,
        guest: 'harts-poll',
        smp: 2,
      })
    : startGuest({
        qemu: 'qemu-riscv64',
        plugin: pluginFile(layout),
        inline: true,
        guest: 'threads',
        args: ['2', '10000000'],
      });
}

test.each(layouts)('gdb is asked for nothing but what is allowed: %s', async (layout) => {
  await using guest = startBusy(layout);
  await guest.whenRunning();
  await using run = startMarked([guest.pid, '-f', 'jsonl', '-i', '20ms', '--verbose']);
  await run.whenMore('sample', 3);
  guest.child.kill('SIGSTOP');
  await run.whenMore('stopped', 2);
  guest.child.kill('SIGCONT');
  await run.whenMore('sample', 3);
  process.kill((await run.whenGdb()) ?? 0, 'SIGKILL');
  await run.whenSaid('attached again');
  await run.whenMore('sample', 3);
  const { stderr } = await run.interrupt();

  const sent = [...stderr.matchAll(/^-> \d+(.*)$/gm)].map(([, command]) => command ?? '');
  expect(sent.length).toBeGreaterThan(20);
  expect(sent.filter((command) => !allowed.some((pattern) => pattern.test(command)))).toEqual([]);
  expect(sent.filter((command) => command.includes('attach'))).toHaveLength(2);
});

test('the script that samples reads, waits, and asks gdb for its turn, and nothing else', () => {
  const script = readFileSync(join(import.meta.dirname, '../../gdb-scripts/sampler.py'), 'utf8');

  expect(new Set(script.match(/(?<=^import )\w+/gm))).toEqual(
    new Set(['sys', '_gdb', 'atexit', 'posix', 'select', 'time']),
  );
  expect(new Set(script.match(/(?<=\b_gdb\.)\w+|(?<=\binferior\.)\w+/g))).toEqual(
    new Set(['pid', 'post_event', 'selected_inferior']),
  );
  expect(new Set(script.match(/(?<=\bposix\.)[a-z_]\w*/g))).toEqual(
    new Set(['_exit', 'close', 'open', 'pidfd_open', 'pread', 'waitid', 'write']),
  );
  // WNOWAIT: what is to be collected stays gdb's.
  expect(script.match(/(?<=\bposix\.)(O_|W)\w+/g)).toEqual([
    'O_WRONLY',
    'O_RDONLY',
    'O_EXCL',
    'WEXITED',
    'WSTOPPED',
    'WNOHANG',
    'WNOWAIT',
  ]);
});

test('the script that gdb reads first only sets and handles', () => {
  const script = readFileSync(join(import.meta.dirname, '../../gdb-scripts/session.gdb'), 'utf8');
  const commands = script.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

  expect(commands.filter((command) => !/^(set|handle) /.test(command))).toEqual([]);
});

test.skipIf(!isInstalled('strace'))(
  'by its system calls, gdb writes neither memory nor registers of the guest, nor any file',
  async () => {
    using directory = temporaryDirectory();
    const log = join(directory.path, 'log');
    const gdb = join(directory.path, 'gdb');
    const calls = [
      ...['ptrace', 'process_vm_writev', 'write', 'pwrite64', 'pwritev', 'writev'],
      ...['openat', 'open', 'creat', 'mkdir', 'unlink', 'unlinkat', 'rename', 'close'],
      ...['kill', 'tkill', 'tgkill'],
    ];
    writeFileSync(gdb, `#!/bin/sh\nexec strace -o ${log} -e trace=${calls} gdb "$@"\n`);
    chmodSync(gdb, 0o755);
    await using guest = startBusy('array');
    await guest.whenRunning();
    const { status, stderr } = await icount([guest.pid, '-i', '20ms', '-n', 20, '--gdb', gdb]);
    expect(status, stderr).toBe(0);

    const lines = readFileSync(log, 'utf8').split('\n');
    const guestTids = readdirSync(`/proc/${guest.pid}/task`);
    const [attached = ''] =
      /\d+/.exec(lines.find((line) => /PTRACE_ATTACH/.test(line)) ?? '') ?? [];
    expect(guestTids).toContain(attached);
    expect(
      lines.filter((line) => /PTRACE_(POKE|SET(REGS|FP|SIG)|SYS|SINGLE|KILL)/.test(line)),
    ).toEqual([]);
    expect(
      lines.filter((line) => /^(process_vm_writev|creat|mkdir|unlink|rename)/.test(line)),
    ).toEqual([]);
    expect(lines.filter((line) => line.includes('O_CREAT') || line.includes('O_TRUNC'))).toEqual(
      [],
    );
    const memory = lines.filter((line) => line.includes(`/proc/${attached}/task/${attached}/mem`));
    const descriptors = memory.map((line) => / = (\d+)$/.exec(line)?.[1]);
    expect(descriptors.length).toBeGreaterThan(0);
    const opened = lines.indexOf(memory[0] ?? '');
    const writes = lines
      .slice(opened)
      .filter((line) =>
        descriptors.some((fd) => new RegExp(`^p?writev?(64)?\\(${fd},`).test(line)),
      );
    expect(writes).toEqual([]);
    const killed = lines.flatMap((line) => /^(?:t?g?kill)\((\d+),/.exec(line)?.[1] ?? []);
    expect(killed.filter((pid) => guestTids.includes(pid))).toEqual([]);
    await whenWorking(guest.pid);
  },
);

test('nothing is written to the current directory, HOME or the directory for temporary files', async () => {
  using directory = temporaryDirectory();
  await using guest = startBusy('array');
  await guest.whenRunning();
  const { status, stderr } = await icount([guest.pid, '-i', '20ms', '-n', 5], {
    behind: [
      ...['env', '-C', directory.path, `HOME=${directory.path}`, `TMPDIR=${directory.path}`],
      ...[`XDG_CACHE_HOME=${directory.path}`, `XDG_CONFIG_HOME=${directory.path}`],
    ],
  });

  expect(status, stderr).toBe(0);
  expect(readdirSync(directory.path)).toEqual([]);
});

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
