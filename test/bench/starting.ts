import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startBenchGuest, systemGuest, userGuest } from './bench-guest.ts';
import { atMost, type Figures } from './figure.ts';
import { main } from './tool.ts';

const INTERVAL_MS = 100;

/** From the start of the process to its first row, less the interval that the row covers. */
export async function starting(figures: Figures, quick: boolean): Promise<void> {
  const rounds = quick ? 5 : 15;
  await using user = await startBenchGuest(userGuest());
  await using system = await startBenchGuest(systemGuest());
  await sleep(500);
  const times: Record<'user' | 'system' | 'node' | 'gdb', number[]> = {
    user: [],
    system: [],
    node: [],
    gdb: [],
  };
  // One guest at a time has the machine.
  process.kill(system.pid, 'SIGSTOP');
  for (let round = 0; round < rounds; round += 1) {
    times.user.push(await firstRow(user.pid));
    times.node.push(await runFor(process.execPath, ['-e', '0']));
    times.gdb.push(await runFor('gdb', ['-nx', '-batch']));
  }
  process.kill(user.pid, 'SIGSTOP');
  process.kill(system.pid, 'SIGCONT');
  for (let round = 0; round < rounds; round += 1) times.system.push(await firstRow(system.pid));

  figures.add('start to first row: user mode, getpid loop', 'ms', times.user, atMost(300));
  figures.add('start to first row: system mode, 4 busy vCPUs', 'ms', times.system, atMost(500));
  figures.add('for comparison: node -e 0', 'ms', times.node);
  figures.add('for comparison: gdb -nx -batch', 'ms', times.gdb);
}

async function firstRow(pid: number): Promise<number> {
  const args = [main, String(pid), '-i', `${INTERVAL_MS}ms`, '-n', '1', '-q', '-f', 'csv'];
  const started = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let first: number | undefined;
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
    if (/^1,/m.test(text)) first ??= performance.now();
  });
  await ended;
  if (first === undefined) throw new Error('icount-gdb printed no row');
  return first - started - INTERVAL_MS;
}

async function runFor(file: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  await once(spawn(file, args, { stdio: 'ignore' }), 'exit');
  return performance.now() - started;
}
