import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StopTrace } from '../bench/stop-trace.ts';
import { guestFile, pluginFile } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { countLines, readRecords } from '../fixtures/records.ts';
import { threadsOf, whenUndisturbed, whenWorking } from '../fixtures/undisturbed.ts';
import { until } from '../fixtures/until.ts';
import { gdbs } from './gdbs.ts';

const noTrace = StopTrace.unavailable();
if (noTrace !== undefined) console.warn(`nothing is said of stops: ${noTrace}`);

/** How often gdb is made to leave in each way; `ICOUNT_LEAVES=100` takes an hour for all gdbs. */
const LEAVES = Number(process.env['ICOUNT_LEAVES'] ?? 3);

describe.each(gdbs)('gdb $version ($origin)', ({ command, origin }) => {
  const sampler = origin === 'minimal' ? 'mi' : 'gdb';

  test(`samples are taken by ${sampler}, and are exact`, async () => {
    await using guest = userGuest('fixed');
    await guest.whenSettled();

    const run = await icount([guest.pid, '--gdb', command, '-i', '2ms', '-n', 50, '-f', 'jsonl']);

    expect(run.status).toBe(0);
    const { start, samples, summary } = readRecords(run.stdout);
    expect(start.sampler).toBe(sampler);
    expect(samples).toHaveLength(50);
    // See fixed.S.
    expect(summary).toMatchObject({ insns: 0n, total: 20n + 2n * 1_000_000n, gaps: 0 });
  });

  test("gdb's Python has nobody else's modules", async () => {
    using directory = temporaryDirectory();
    const witness = join(directory.path, 'witness');
    const plugin = join(directory.path, 'libinsn.so');
    copyFileSync(pluginFile('array'), plugin);
    const site = join(directory.path, '.local/lib/python3/site-packages');
    mkdirSync(site, { recursive: true });
    const modules = ['threading', 'os', 'time', 'signal', 'select', 'atexit', 'gdb'];
    for (const name of [...modules, 'usercustomize', 'sitecustomize']) {
      for (const folder of [directory.path, site]) {
        const code = `open(${JSON.stringify(witness)}, "w").close()\n`;
        writeFileSync(join(folder, `${name}.py`), code);
      }
    }
    await using guest = startGuest({ qemu: 'qemu-riscv64', plugin, inline: true, guest: 'spin' });
    await guest.whenSaid('running');

    const run = await icount([guest.pid, '--gdb', command, '-i', '5ms', '-n', 5, '-q'], {
      env: { HOME: directory.path, PYTHONPATH: directory.path, PYTHONUSERBASE: site },
      behind: ['env', '-C', directory.path],
    });

    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(witness)).toBe(false);
  });

  test.skipIf(noTrace !== undefined)(
    'stops no thread while it samples, says the scheduler',
    async () => {
      await using guest = userGuest('getpid-loop');
      await guest.whenRunning();
      await using run = startIcount([guest.pid, '--gdb', command, '-i', '1ms', '-f', 'jsonl']);
      await run.whenWritten('the start', (stdout) => countLines(stdout) > 0);
      using trace = StopTrace.start(guest.pid);
      await run.whenWritten('1000 rows', (stdout) => countLines(stdout) > 1_000);
      const stops = trace.stops();
      expect((await run.interrupt()).status).toBe(0);

      expect(stops).toEqual([]);
    },
  );

  const intervals = sampler === 'gdb' ? ['250us', '1s'] : ['1ms', '1s'];
  test.each(intervals)('leaves cleanly while it samples every %s', async (interval) => {
    await using guest = userGuest('getpid-loop');
    await guest.whenRunning();
    const args = [guest.pid, '--gdb', command, '-i', interval, '-f', 'jsonl'];
    for (let leave = 0; leave < LEAVES; leave += 1) {
      // Our own leave, and SIGTERM to gdb.
      await using run = startIcount(args);
      await run.whenWritten('the start', (stdout) => countLines(stdout) > 0);
      process.kill(await tracerOf(guest), 'SIGTERM');
      await until('gdb to leave', () => run.stderr.includes('attached again'));
      expect(run.stderr).not.toMatch(/was ended by|status [^0]/);
      expect((await run.interrupt()).status).toBe(0);
      await whenUndisturbed(guest.pid);
      // The end of gdb's input, as when we are killed.
      await using killed = startIcount(args);
      await killed.whenWritten('the start', (stdout) => countLines(stdout) > 0);
      killed.child.kill('SIGKILL');
      await whenUndisturbed(guest.pid);
    }
    await whenWorking(guest.pid);
  });
});

function userGuest(guest: 'fixed' | 'getpid-loop'): Guest {
  guestFile(guest);
  return startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array-with-pc'),
    inline: true,
    guest,
  });
}

/** The gdb that traces a guest. */
async function tracerOf(guest: Guest): Promise<number> {
  return await until('a gdb to trace the guest', async () => {
    const tracer = Math.max(...(await threadsOf(guest.pid)).map(({ tracerPid }) => tracerPid));
    return tracer > 0 && tracer;
  });
}
