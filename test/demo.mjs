/**
 * Shows icount-gdb at work on real guests, in less than 30 seconds. Run by `npm run demo`, after
 * test/setup.sh and the build.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));
// Ctrl-C reaches everything in the foreground; what we started ends first, and then we do.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {});
}

const userMode = {
  title: '(a) user mode, inline: 2 s of getpid system calls, 2 s of sleep, and again',
  ...qemu('qemu7-user', 'qemu-riscv64', 'libinsn', ',inline=on'),
  guest: ['.cache/guests/busy-sleep'],
  watch: ['--interval', '1s', '--count', '8'],
};
const systemMode = {
  title: '(b) system mode, four vCPUs, per-vCPU counts: loads in proportion 1 : 2 : 3 : 4',
  ...qemu('qemu7-system', 'qemu-system-riscv64', 'libinsn', ''),
  guest: systemModeGuest(),
  watch: ['--interval', '1s', '--count', '6'],
};

try {
  for (const scene of [userMode, systemMode]) {
    await play(scene);
  }
  await compare();
} catch (error) {
  console.error(`demo: ${error.message}`);
  process.exitCode = 1;
}

async function play({ title, program, env, plugin, guest, watch }) {
  console.log(`\n${title}\n`);
  const command = [program, '-plugin', plugin, ...guest];
  const prefix = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  console.log(`$ ${[...prefix, ...command].join(' ')} &`);
  const { process: qemu, ended } = start(command, env);
  try {
    await whenPluginIsLoaded(qemu, ended);
    console.log(`$ node dist/cli/main.js ${[qemu.pid, ...watch].join(' ')}`);
    const tool = spawn(process.execPath, ['dist/cli/main.js', String(qemu.pid), ...watch], {
      stdio: 'inherit',
    });
    const [status, signal] = await once(tool, 'exit');
    if (status !== 0) {
      throw new Error(`icount-gdb ended with ${status ?? signal}`);
    }
    if (qemu.exitCode !== null || qemu.signalCode !== null) {
      throw new Error(`${program} did not survive being watched`);
    }
  } finally {
    qemu.kill('SIGKILL');
    await ended.catch(() => {});
  }
}

/** The same work under either plugin: the same count, and what it took QEMU. */
async function compare() {
  console.log(
    '\n(c) libinsn and libbb, inline: 430 million instructions of a checksum, then sleep\n',
  );
  const rows = [];
  for (const name of ['libinsn', 'libbb']) {
    const { program, env, plugin } = qemu('qemu7-user', 'qemu-riscv64', name, ',inline=on');
    const command = [program, '-plugin', plugin, '.cache/guests/crc'];
    const { process: guest, ended } = start(command, env, 'pipe');
    try {
      await Promise.race([
        once(guest.stdout, 'data'),
        ended.then(() => Promise.reject(new Error(`${program} ended before its work was done`))),
      ]);
      const seconds = cpuSeconds(guest.pid);
      const args = ['dist/cli/main.js', 'inspect', String(guest.pid)];
      const inspection = execFileSync(process.execPath, args, { encoding: 'utf8' });
      rows.push([name, /^total +(.*)$/m.exec(inspection)?.[1] ?? '?', seconds.toFixed(2)]);
    } finally {
      guest.kill('SIGKILL');
      await ended.catch(() => {});
    }
  }
  for (const [name, total, seconds] of [['plugin', 'instructions', 'CPU s'], ...rows]) {
    console.log(`${name.padEnd(8)} ${total.padStart(14)} ${seconds.padStart(7)}`);
  }
  if (rows[0][1] !== rows[1][1]) throw new Error('the two plugins disagree');
}

function start(command, env, stdout = 'ignore') {
  const qemu = spawn(command[0], command.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['ignore', stdout, 'inherit'],
  });
  return { process: qemu, ended: once(qemu, 'exit') };
}

/** User and system time so far (proc_pid_stat(5)), at Linux's 100 ticks a second. */
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function whenPluginIsLoaded(qemu, ended) {
  let gone = false;
  ended.then(
    () => {
      gone = true;
    },
    () => {
      gone = true;
    },
  );
  while (!mapsOf(qemu.pid).includes('/libinsn.so')) {
    await sleep(10);
    if (gone) {
      throw new Error(`${qemu.spawnfile} ended before it had loaded the plugin`);
    }
  }
}

function mapsOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8');
  } catch {
    return '';
  }
}

/** Setup unpacks QEMU 7 where the installed one takes no plugins. */
function qemu(unpacked, program, plugin, pluginArgs) {
  const root = `.cache/${unpacked}`;
  if (!existsSync(root)) {
    return { program, env: {}, plugin: `.cache/plugins/installed/${plugin}.so${pluginArgs}` };
  }
  const layout = { libinsn: 'array-with-pc', libbb: 'block-struct' }[plugin];
  return {
    program: `${root}/bin/${program}`,
    env: { LD_LIBRARY_PATH: `${root}/lib`, QEMU_MODULE_DIR: `${root}/modules` },
    plugin: `.cache/plugins/${layout}/${plugin}.so${pluginArgs}`,
  };
}

/** From version 9.1 on libinsn works on the simplest CPU only; see test/fixtures/guests/entries.h. */
function systemModeGuest() {
  const machine = '-nodefaults -display none -M virt -bios none -smp 4'.split(' ');
  const { program, env } = qemu('qemu7-system', 'qemu-system-riscv64', 'libinsn', '');
  const version = execFileSync(program, ['--version'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (Number(/version (\d+)/.exec(version)?.[1]) < 9) {
    return [...machine, '-cpu', 'rv64', '-kernel', '.cache/guests/harts-busy'];
  }
  const entries = [0, 1, 2, 3].map(
    (hart) => `-device loader,addr=0x${(0x8000_0000 + 8 * hart).toString(16)},cpu-num=${hart}`,
  );
  return [
    ...machine,
    ...['-cpu', 'rv64i', '-kernel', '.cache/guests/harts-poll'],
    ...entries.flatMap((entry) => entry.split(' ')),
  ];
}
