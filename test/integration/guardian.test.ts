import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { readThreads } from '../../src/proc/threads.js';
import { startProgram } from '../fixtures/program.ts';
import { until } from '../fixtures/until.ts';

const script = join(import.meta.dirname, '../../gdb-scripts/start.sh');

/**
 * What the guardian makes of a guest that is stopped when icount-gdb and gdb are gone: gdb is a `sleep`
 * here, icount-gdb the test.
 */
test.each([
  { phase: 'attaching', last: '', outcome: 'resumed' },
  { phase: 'attached', last: '', outcome: 'resumed' },
  { phase: 'stopped', last: '', outcome: 'stopped' },
  // gdb ended while icount-gdb lived.
  { phase: 'attaching', last: 'over\n', outcome: 'resumed' },
  { phase: 'attached', last: 'over\n', outcome: 'stopped' },
] as const)('$phase, $last: a guest is left $outcome', async ({ phase, last, outcome }) => {
  await using guest = startProgram(['sleep', '600']);
  await until('its name', () => readFileSync(`/proc/${guest.pid}/comm`, 'utf8') === 'sleep\n');
  const gdb = spawn('/bin/sh', [script, 'sleep', '0.3'], {
    stdio: ['ignore', 'ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const guardian = gdb.stdio[4];
  if (!(guardian instanceof Duplex)) throw new Error('no pipe');
  guardian.write(`attaching ${guest.pid} ${guest.pid}\n${phase} ${guest.pid} ${guest.pid}\n`);
  guest.child.kill('SIGSTOP');
  const state = (): string | undefined => readThreads(guest.pid)[0]?.state;
  await until('its stop', () => state() === 'T');
  const left = once(guardian.resume(), 'end');
  guardian.end(last);
  await left;

  if (outcome === 'stopped') expect(state()).toBe('T');
  else await until('it to run', () => state() === 'S');
});

test('what gdb has forked, to try what ptrace can do, does not stay behind', async () => {
  await using guest = startProgram(['sleep', '600']);
  const forks = 'sleep 600 >/dev/null & echo $!; exec sleep 0.3';
  const gdb = spawn('/bin/sh', [script, 'sh', '-c', forks], {
    stdio: ['ignore', 'pipe', 'ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const guardian = gdb.stdio[4];
  if (!(guardian instanceof Duplex) || gdb.stdout === null) throw new Error('no pipes');
  const [pid] = await once(gdb.stdout, 'data');
  guardian.end(`attaching ${guest.pid} ${guest.pid}\n`);

  await until('the child to have gone', () => readThreads(Number(pid)).length === 0);
});
