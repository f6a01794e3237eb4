import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { otherPluginFile, pluginFile } from '../fixtures/cache.ts';
import { startFixed } from '../fixtures/fixed.ts';
import { startHarts } from '../fixtures/harts.ts';
import { icount } from '../fixtures/icount.ts';
import { stateOf } from '../fixtures/process-status.ts';
import { startSpin } from '../fixtures/running.ts';
import { tracerOf } from '../fixtures/undisturbed.ts';
import { until } from '../fixtures/until.ts';
import { asUser, somebody } from '../fixtures/users.ts';

interface Listed {
  readonly pid: number;
  readonly uid: number;
  readonly mode: string;
  readonly vcpus: number;
  readonly uptime_ns: number;
}

/** Other guests may be on this host: only that of `pid` is of interest. */
async function listed(pid: number, behind: readonly string[] = []): Promise<Listed | undefined> {
  const { status, stdout } = await icount(['list', '--format', 'jsonl'], { behind });
  expect(status).toBe(0);
  const guests: readonly Listed[] = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return guests.find((guest) => guest.pid === pid);
}

test('list shows a guest in user mode', async () => {
  const plugin = pluginFile('array');
  await using guest = await startFixed(plugin);

  const row = await listed(guest.pid);

  expect(row).toMatchObject({
    type: 'guest',
    uid: process.getuid?.(),
    architecture: 'riscv64',
    emulation: 'user',
    mode: 'inline',
    vcpus: 1,
    plugin,
  });
  expect(row?.uptime_ns).toBeGreaterThanOrEqual(0);
  expect(row?.uptime_ns).toBeLessThan(120e9);
});

test('list shows a guest in system mode, in the table too', async () => {
  await using guest = await startHarts('array', { inline: false, smp: 3 });

  expect(await listed(guest.pid)).toMatchObject({ emulation: 'system', mode: 'percpu', vcpus: 3 });
  const { stdout } = await icount(['list']);
  expect(stdout).toMatch(/^ *PID +USER +ARCH +PLUGIN +MODE +VCPUS +UPTIME +STATE +COMMAND\n/);
  expect(stdout).toMatch(
    new RegExp(
      `^ *${guest.pid} +\\S+ +riscv64 +libinsn +percpu +3 +\\w+ +running +\\S*qemu-system-riscv64 `,
      'm',
    ),
  );
});

test('list leaves out a QEMU with another plugin, and what only talks of plugins', async () => {
  await using guest = await startFixed(otherPluginFile(), false);
  const talker = spawn('tail', ['-f', '/dev/null', '--pid', String(process.pid)], {
    argv0: 'qemu-riscv64',
    stdio: 'ignore',
  });
  try {
    await once(talker, 'spawn');

    expect(await listed(guest.pid)).toBeUndefined();
    expect(await listed(talker.pid ?? 0)).toBeUndefined();
  } finally {
    talker.kill();
  }
});

test('list touches no process: a stopped guest stays stopped, untraced', async () => {
  await using guest = await startSpin();
  guest.child.kill('SIGSTOP');
  await until('the guest to stop', () => stateOf(guest.pid) === 'T');

  expect(await listed(guest.pid)).toBeDefined();

  expect(stateOf(guest.pid)).toBe('T');
  expect(tracerOf(guest.pid)).toBe(0);
});

test.skipIf(process.getuid?.() !== 0)('list counts what it may not look into', async () => {
  await using guest = await startFixed();
  const behind = asUser(somebody);

  expect(await listed(guest.pid, behind)).toBeUndefined();
  const { stderr } = await icount(['list'], { behind });
  expect(stderr).toMatch(/\d+ more QEMUs? (is|are) not ours to look into/);
});

test('without a process id the help is printed, and which guests there are', async () => {
  await using guest = await startFixed();

  const { status, stdout, stderr } = await icount([]);

  expect(status).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('Examples:');
  // On a host with other guests, none can be chosen.
  expect(stderr).toMatch(new RegExp(`to watch it: icount-gdb ${guest.pid} |\\d+ guests are on`));
});
