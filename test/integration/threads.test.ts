import { expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { startGuest } from '../fixtures/guest.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { stateOf } from '../fixtures/process-status.ts';
import { countLines, readRecords } from '../fixtures/records.ts';
import { until } from '../fixtures/until.ts';

/** The disassembly of `threads`: 4 instructions of `leave`, 3 of `_exit` up to its `ecall`. */
const insnsOfEnd = 7n;

const combinations = (['scalar', 'array'] as const).flatMap((layout) =>
  (['inline', 'percpu'] as const).map((mode) => ({ layout, mode })),
);

// Threads that run at the same time lose each other's counts in a single counter, and its end is
// then as libinsn itself reports it. The slots of four threads at a time are exact.
test.each(combinations)(
  'a user-mode guest whose threads come and go, $layout $mode',
  async ({ layout, mode }) => {
    await using guest = startGuest({
      qemu: 'qemu-riscv64',
      plugin: pluginFile(layout),
      inline: mode === 'inline',
      guest: 'threads',
      args: ['4', '1600'],
    });
    await guest.whenSaid('running\n');

    await using run = startIcount([guest.pid, '-f', 'jsonl', '-i', '5ms']);
    await run.whenWritten('a sample', (stdout) => countLines(stdout) > 1);
    expect(guest.stdout).not.toContain('sleeping');
    await guest.whenSettled();
    const rows = countLines(run.stdout);
    await run.whenWritten('samples at rest', (stdout) => countLines(stdout) > rows + 3);
    const { samples, gaps, summary } = readRecords((await run.interrupt()).stdout);

    expect(samples.filter(({ insns }) => insns > 0n).length).toBeGreaterThan(10);
    const report = await guest.end();
    expect(summary.total + insnsOfEnd).toBe(report.total);
    if (layout === 'array' && mode === 'percpu') {
      expect(gaps).toEqual([]);
      expect(summary.vcpus).toHaveLength(5);
      expect((summary.vcpus?.[0]?.total ?? 0n) + insnsOfEnd).toBe(report.perVcpu.get(0));
      expect((summary.vcpus ?? []).slice(1).map(({ total }) => total)).toEqual(
        [1, 2, 3, 4].map((cpu) => report.perVcpu.get(cpu)),
      );
    }
  },
);

test('a guest whose first thread has ended, while others run on, is watched', async () => {
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array'),
    inline: true,
    guest: 'leader-exits',
  });
  await guest.whenSaid('leader exits\n');
  await until('a zombie', () => stateOf(guest.pid) === 'Z');

  const { status, stdout, stderr } = await icount([
    guest.pid,
    '-f',
    'jsonl',
    '-i',
    '50ms',
    '-n',
    5,
  ]);

  expect(status, stderr).toBe(0);
  const { samples, gaps } = readRecords(stdout);
  expect(samples.some(({ insns }) => insns > 0n)).toBe(true);
  expect(gaps).toEqual([]);
});
