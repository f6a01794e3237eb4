import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { cgroupVersions, Freezer, mountOf } from '../fixtures/freezer.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { startMarked } from '../fixtures/marked-run.ts';
import { withMounts } from '../fixtures/mounts.ts';
import { readRecords, sumOf } from '../fixtures/records.ts';
import { expectRefusal } from '../fixtures/refusal.ts';
import { send } from '../fixtures/send.ts';
import { tracerOf, whenWorking } from '../fixtures/undisturbed.ts';
import { until } from '../fixtures/until.ts';

const jsonl = ['-f', 'jsonl', '-i', '20ms'] as const;

async function startSpin(): Promise<Guest> {
  const guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array-with-pc'),
    inline: true,
    guest: 'spin',
  });
  await guest.whenSaid('running');
  return guest;
}

/** As from within a container: whether somebody else's cgroup is frozen is not to be seen. */
function withoutCgroups(): readonly string[] {
  const hidden = cgroupVersions.map((version) => `mount -t tmpfs none '${mountOf(version)}'`);
  return withMounts(hidden.join('\n'));
}

/** The thread beside the main one, QEMU's for RCU, has a tracer. */
async function whenAttachHangs(guest: Guest): Promise<void> {
  await until('the attach to begin', async () => {
    const tids = (await readdir(`/proc/${guest.pid}/task`)).map(Number);
    return (await Promise.all(tids.map(tracerOf))).some((tracer) => tracer !== 0);
  });
}

describe.each(cgroupVersions)('cgroup v%i', (version) => {
  test('a guest that is frozen is not attached to', async () => {
    await using guest = await startSpin();
    await using freezer = new Freezer(version);
    freezer.add(guest.pid);
    await freezer.freeze();

    expectRefusal(await icount([guest.pid, ...jsonl]), 1, `frozen (cgroup ${freezer.path})`);
    expectRefusal(await icount([guest.pid, '--', 'true']), 1, `frozen (cgroup ${freezer.path})`);
    const doctor = await icount(['doctor', guest.pid]);
    expect(doctor.status).toBe(1);
    expect(doctor.stdout).toContain(`process ${guest.pid} is frozen (cgroup ${freezer.path})`);
    const list = await icount(['list', '-f', 'jsonl']);
    const listed = list.stdout.split('\n').filter((line) => line.includes(`"pid":${guest.pid},`));
    expect(listed.map((line) => JSON.parse(line).state)).toEqual(['frozen']);

    freezer.thaw();
    await whenWorking(guest.pid);
    expect((await icount([guest.pid, '-n', '2', '-i', '10ms'])).status).toBe(0);
  });

  test('with a cgroup above it, too', async () => {
    await using guest = await startSpin();
    await using outer = new Freezer(version);
    await using inner = new Freezer(version, outer);
    inner.add(guest.pid);
    await outer.freeze();

    expectRefusal(await icount([guest.pid, ...jsonl]), 1, `frozen (cgroup ${outer.path})`);
    outer.thaw();
    await whenWorking(guest.pid);
  });

  test('frozen while it is watched: rows say so, and go on after the thaw', async () => {
    await using guest = await startSpin();
    await using freezer = new Freezer(version);
    freezer.add(guest.pid);
    await using run = startMarked([guest.pid, ...jsonl]);
    for (let cycle = 0; cycle < 3; cycle += 1) {
      await run.whenMore('sample', 3);
      await freezer.freeze();
      await run.whenMore('stopped', 5);
      freezer.thaw();
      await run.whenMore('sample', 3);
    }
    expect(run.rowsOf('stopped').every(({ by }) => by === 'freezer')).toBe(true);
    const { status, stderr } = await run.interrupt();

    expect(status, stderr).toBe(0);
    const { samples, gaps, summary } = readRecords(run.stdout);
    expect(gaps).toEqual([]);
    expect(summary.insns).toBe(sumOf(samples.map(({ insns }) => insns)));
    await run.whenNothingIsLeft();
    await whenWorking(guest.pid);
  });

  test.each([
    { what: 'gdb', kill: ['gdb'] },
    { what: 'us', kill: ['us'] },
  ] as const)('SIGKILL to $what, of a frozen guest that is watched', async ({ kill }) => {
    await using guest = await startSpin();
    await using freezer = new Freezer(version);
    freezer.add(guest.pid);
    await using run = startMarked([guest.pid, ...jsonl]);
    await run.whenMore('sample', 3);
    await freezer.freeze();
    await run.whenMore('stopped', 3);
    send(kill[0] === 'gdb' ? run.gdb() : run.child.pid, 'SIGKILL');
    if (kill[0] === 'gdb') await run.whenMore('stopped', 5);
    else await run.whenEnded();
    freezer.thaw();
    if (kill[0] === 'gdb') {
      await run.whenMore('sample', 3);
      expect((await run.interrupt()).status).toBe(0);
    }
    await run.whenNothingIsLeft();
    await whenWorking(guest.pid);
  });

  test.each([
    { what: 'Ctrl-C', kill: ['SIGINT'], status: 130 },
    { what: 'Ctrl-C twice', kill: ['SIGINT', 'SIGINT'], status: 130 },
    { what: 'SIGKILL to us', kill: ['us'], status: 'SIGKILL' },
    { what: 'SIGKILL to gdb and to us', kill: ['gdb', 'us'], status: 'SIGKILL' },
    { what: 'SIGKILL to us and to gdb', kill: ['us', 'gdb'], status: 'SIGKILL' },
    { what: 'SIGTERM to gdb and SIGKILL to us', kill: ['gdb-term', 'us'], status: 'SIGKILL' },
  ] as const)(
    'an attach that hangs, ended by $what: the guest runs when it can',
    async ({ kill, status }) => {
      await using guest = await startSpin();
      await using freezer = new Freezer(version);
      freezer.add(guest.pid);
      await freezer.freeze();
      await using run = startMarked([guest.pid, ...jsonl], { behind: withoutCgroups() });
      await whenAttachHangs(guest);
      const gdb = run.gdb();
      for (const victim of kill) {
        if (victim === 'gdb') send(gdb, 'SIGKILL');
        else if (victim === 'gdb-term') send(gdb, 'SIGTERM');
        else run.child.kill(victim === 'us' ? 'SIGKILL' : victim);
      }
      expect((await run.whenEnded()).status, run.stderr).toBe(status);
      freezer.thaw();
      await run.whenNothingIsLeft();
      await whenWorking(guest.pid);
    },
  );

  test('an attach that hangs is called off, and told of', async () => {
    await using guest = await startSpin();
    await using freezer = new Freezer(version);
    freezer.add(guest.pid);
    await freezer.freeze();
    const run = await icount([guest.pid, ...jsonl], { behind: withoutCgroups() });

    expectRefusal(run, 1, 'did not take the attach within 10 s');
    freezer.thaw();
    await whenWorking(guest.pid);
  });

  test('frozen and thawed at any moment of an attach', async () => {
    await using guest = await startSpin();
    await using freezer = new Freezer(version);
    freezer.add(guest.pid);
    for (let cycle = 0; cycle < 10; cycle += 1) {
      await using run = startMarked([guest.pid, ...jsonl, '-n', '2', '--verbose']);
      await run.whenTold('the attach', () => run.stderr.includes('console "attach'));
      await sleep(cycle % 5);
      freezer.beginToFreeze();
      await sleep(100);
      freezer.thaw();
      expect([0, 1]).toContain((await run.whenEnded()).status);
      expect(run.stderr).not.toContain('this is a bug');
      await run.whenNothingIsLeft();
      await whenWorking(guest.pid);
    }
  });
});
