import { setTimeout as sleep } from 'node:timers/promises';
import { findValue } from '../mi/find.js';
import { isQuiescent, readThreads } from '../target/threads.js';
import { GdbRefusedError, GdbTimeoutError } from './failure.js';
import type { Gdb } from './start.js';

/** Threads are attached one by one; thousands on a busy host take seconds. */
const ATTACH_TIMEOUT_MS = 60_000;
/** 10 to 21 ms in the median, 230 ms at most, were measured after the answer to `attach`. */
const QUIESCENCE_TIMEOUT_MS = 20_000;
const QUIESCENCE_POLL_MS = 2;

/**
 * Attaches to a process whose threads are resumed at once, and waits until the last of them runs
 * again (quiescence).
 *
 * gdb must have libinsn.so as its executable by then: it never looks at QEMU's own symbols.
 * While this runs, gdb must not be killed: a guest can be left stopped (see `leave`).
 *
 * @throws GdbRefusedError with gdb's words, where ptrace does not let us
 */
export async function attach(gdb: Gdb, pid: number): Promise<void> {
  // `&` resumes the threads. -target-attach has no such form and leaves them all stopped.
  await gdb.session.send(`-interpreter-exec console "attach ${pid}&"`, ATTACH_TIMEOUT_MS);
  await waitForQuiescence(gdb, pid, QUIESCENCE_TIMEOUT_MS);
  const features = findValue(
    (await gdb.session.send('-list-target-features', ATTACH_TIMEOUT_MS)).results,
    'features',
  );
  const isAsync =
    features?.kind === 'list' &&
    features.results.some(({ value }) => value.kind === 'const' && value.text === 'async');
  if (!isAsync) throw new GdbRefusedError("this gdb can't run commands while its target runs");
}

/** @throws GdbTimeoutError */
export async function waitForQuiescence(gdb: Gdb, pid: number, timeoutMs: number): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  while (!isQuiescent(await readThreads(pid), gdb.pid)) {
    if (gdb.session.isGone) throw new GdbRefusedError(await gdb.ended);
    if (performance.now() > giveUpAt) throw new GdbTimeoutError('attach (quiescence)', timeoutMs);
    await sleep(QUIESCENCE_POLL_MS);
  }
}
