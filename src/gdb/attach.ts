import { setTimeout as sleep } from 'node:timers/promises';
import {
  GuestFrozenError,
  GuestStoppedError,
  GuestUnresponsiveError,
  InterruptedError,
} from '../errors.js';
import { findValue } from '../mi/record.js';
import { frozenCgroup } from '../proc/cgroup.js';
import {
  hasEnded,
  isQuiescent,
  isStoppedByOwner,
  mayBeStopping,
  readThreads,
} from '../proc/threads.js';
import { GdbGoneError, GdbRefusedError, GdbTimeoutError } from './failure.js';
import type { Gdb } from './start.js';

/** It takes milliseconds; a machine that swaps may take seconds. */
const ATTACH_TIMEOUT_MS = 10_000;
/** By then it is known why there is none. */
const ANSWER_TIMEOUT_MS = 2 * ATTACH_TIMEOUT_MS;
const QUIESCENCE_POLL_MS = 1;
/** How often a thread that does not take its stop is looked at for the reason. */
const FROZEN_POLL_MS = 50;

/**
 * Attaches to one thread of a process and waits until it runs again (quiescence).
 *
 * gdb attaches to all threads of a process when it is given the pid, and to one alone when it is
 * given the id of another thread than the main one (`linux_proc_attach_tgid_threads` in
 * gdb/nat/linux-procfs.c, the same in GDB 10 to 18). One is enough to read memory. No thread that
 * runs guest code is ever stopped, new threads and signals are none of gdb's business, and a gdb
 * that hangs holds up nobody.
 *
 * gdb must have the plugin as its executable by then: it never looks at QEMU's own symbols.
 * While this runs, gdb must not be killed: the guest can be left stopped (see `leave`). `signal` calls
 * it off.
 *
 * @throws GdbRefusedError with gdb's words, where ptrace does not let us; GuestStoppedError,
 * GuestFrozenError if the guest's owner stops or freezes it meanwhile; GuestUnresponsiveError,
 * InterruptedError; GdbTimeoutError, GdbGoneError
 */
export async function attach(
  gdb: Gdb,
  pid: number,
  tid: number,
  signal?: AbortSignal,
): Promise<void> {
  const progress = { isAnswered: false, isOver: false };
  gdb.guard('attaching', pid, tid);
  // `&` resumes the thread. -target-attach has no such form and leaves it stopped.
  const answer = gdb.session.send(`-interpreter-exec console "attach ${tid}&"`, ANSWER_TIMEOUT_MS);
  try {
    await Promise.all([
      answer.then(() => {
        progress.isAnswered = true;
      }),
      // At the same time: where the thread ends at the wrong moment gdb waits for it for ever.
      quiescence(gdb, pid, tid, progress, signal),
    ]);
  } finally {
    progress.isOver = true;
  }
  gdb.guard('attached', pid, tid);
  const features = findValue(
    (await gdb.session.send('-list-target-features', ATTACH_TIMEOUT_MS)).results,
    'features',
  );
  const isAsync =
    features?.kind === 'list' &&
    features.results.some(({ value }) => value.kind === 'const' && value.text === 'async');
  if (!isAsync) throw new GdbRefusedError("this gdb can't run commands while its target runs");
}

async function quiescence(
  gdb: Gdb,
  pid: number,
  tid: number,
  progress: { readonly isAnswered: boolean; readonly isOver: boolean },
  signal: AbortSignal | undefined,
): Promise<void> {
  const giveUpAt = performance.now() + ATTACH_TIMEOUT_MS;
  let frozenLookAt = performance.now() + FROZEN_POLL_MS;
  while (!progress.isOver) {
    const { isAnswered } = progress;
    const threads = readThreads(pid);
    if (isAnswered && isQuiescent(threads, 'stopped')) return;
    if (hasEnded(threads.filter((thread) => thread.tid === tid))) {
      throw new GdbRefusedError('it has ended');
    }
    if (isStoppedByOwner(threads)) throw new GuestStoppedError(pid);
    if (gdb.session.isGone) throw new GdbGoneError(await gdb.ended);
    if (signal?.aborted) throw new InterruptedError(pid);
    const stopping = threads.find((thread) => thread.tid === tid && mayBeStopping(thread));
    if (stopping !== undefined && performance.now() > frozenLookAt) {
      const frozen = frozenCgroup(pid, tid);
      if (frozen !== undefined) throw new GuestFrozenError(pid, frozen.path, frozen.remedy);
      frozenLookAt = performance.now() + FROZEN_POLL_MS;
    }
    if (performance.now() > giveUpAt) {
      throw stopping === undefined
        ? new GdbTimeoutError('attach', ATTACH_TIMEOUT_MS)
        : new GuestUnresponsiveError(pid, tid, stopping.state, ATTACH_TIMEOUT_MS);
    }
    await sleep(QUIESCENCE_POLL_MS);
  }
}
