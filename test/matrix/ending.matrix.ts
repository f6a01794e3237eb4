import { describe, expect, test } from 'vitest';
import { readThreads } from '../../src/proc/threads.js';
import { isPending } from '../fixtures/process-status.ts';
import { startRunning, startSpin } from '../fixtures/running.ts';
import { until } from '../fixtures/until.ts';
import { gdbs } from './gdbs.ts';
import { watch } from './watched.ts';

const SIGNALS = 40;

describe.each(gdbs)('gdb $version ($origin)', ({ command }) => {
  test('passes every signal on', async () => {
    await using guest = await startRunning('signals');
    await using watched = await watch(guest.pid, command);

    for (let sent = 0; sent < SIGNALS; sent += 1) {
      process.kill(guest.pid, 'SIGUSR1');
      // A second one before the first is taken would be merged with it, gdb or no gdb.
      await until('SIGUSR1 to be taken', () => !isPending(guest.pid, 10));
      await watched.counters();
    }
    process.kill(guest.pid, 'SIGTERM');

    expect((await watched.whenRead('ended')).end).toEqual({ kind: 'exited', status: 0 });
    await guest.whenEnded();
    expect(guest.stdout).toContain(`SIGUSR1: ${SIGNALS}\n`);
  });

  test.each(['SIGINT', 'SIGTRAP', 'SIGSEGV'] as const)(
    'says that the guest died by %s',
    async (signal) => {
      await using guest = await startSpin();
      await using watched = await watch(guest.pid, command);

      process.kill(guest.pid, signal);

      await watched.whenRead('ended');
      // The first record of a death may come without the signal's name, the second has it.
      await until(`the name of ${signal}`, async () => {
        const { end } = await watched.whenRead('ended');
        return end.kind === 'signalled' && end.signal === signal;
      });
    },
  );

  test("says the guest's exit status", async () => {
    await using guest = await startRunning('execs', ['/bin/sh']);
    await using watched = await watch(guest.pid, command);

    process.kill(guest.pid, 'SIGTERM');

    expect((await watched.whenRead('ended')).end).toEqual({ kind: 'exited', status: 0 });
  });

  test('says that the guest has become another program', async () => {
    await using guest = await startRunning('execs', ['/bin/sleep', '60']);
    await using watched = await watch(guest.pid, command);

    process.kill(guest.pid, 'SIGUSR1');

    expect((await watched.whenRead('ended')).end).toEqual({ kind: 'exec' });
    await watched.leave();
    const threads = readThreads(guest.pid);
    expect(threads.map(({ state, tracerPid }) => ({ state, tracerPid }))).toEqual([
      { state: 'S', tracerPid: 0 },
    ]);
  });

  test('lets the owner stop the guest, and comes back when it runs', async () => {
    await using guest = await startSpin();
    await using watched = await watch(guest.pid, command);

    process.kill(guest.pid, 'SIGSTOP');

    await watched.whenRead('stopped');
    await until('the guest to be stopped', async () =>
      readThreads(guest.pid).every(({ state }) => state === 'T' || state === 't'),
    );
    process.kill(guest.pid, 'SIGCONT');
    const { reading } = await watched.whenRead('reading');
    const [before = 0n] = reading.counters;
    await until('the guest counts on', async () => ((await watched.counters())[0] ?? 0n) > before);
  });
});
