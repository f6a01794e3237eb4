import { describe, expect, test } from 'vitest';
import {
  hasEnded,
  isGroupStopped,
  isQuiescent,
  isStoppedByOwner,
  readThreads,
  type ThreadState,
  threadToTrace,
  tracerOf,
} from '../../src/proc/threads.js';

const PID = 100;
const GDB = 200;

function thread(tid: number, state: string, facts: Partial<ThreadState> = {}): ThreadState {
  return { tid, state, tracerPid: 0, stopPending: false, groupStopPending: false, ...facts };
}

function traced(tid: number, state: string, facts: Partial<ThreadState> = {}): ThreadState {
  return thread(tid, state, { tracerPid: GDB, ...facts });
}

describe('the thread to trace', () => {
  test.each<[string, readonly ThreadState[], number | undefined]>([
    ['the first beside the main one', [thread(PID, 'R'), thread(102, 'S'), thread(103, 'R')], 102],
    // Process ids wrap: the first is the one that was made first.
    ['by age, not by number', [thread(PID, 'R'), thread(4_000, 'S'), thread(101, 'R')], 4_000],
    ['not one that has ended', [thread(PID, 'R'), thread(101, 'Z'), thread(102, 'S')], 102],
    ['also when the main one has ended', [thread(PID, 'Z'), thread(102, 'S')], 102],
    ['the main one where there is no other', [thread(PID, 'R')], PID],
    ['none of a zombie', [thread(PID, 'Z')], undefined],
    ['none of nothing', [], undefined],
  ])('%s', (_, threads, tid) => {
    expect(threadToTrace(threads, PID)).toBe(tid);
  });
});

describe('quiescence', () => {
  test.each<[string, readonly ThreadState[], boolean]>([
    ['not before the attach', [thread(PID, 'R'), thread(102, 'S')], false],
    ['not while the SIGSTOP is on its way', [traced(102, 'S', { stopPending: true })], false],
    ['not while its owner’s is', [traced(102, 'S', { groupStopPending: true })], false],
    ['not while the thread is stopped', [thread(PID, 'R'), traced(102, 't')], false],
    ['when it runs again', [thread(PID, 'R'), traced(102, 'S')], true],
    ['also while another thread is about to stop', [thread(PID, 'T'), traced(102, 'S')], true],
    ['not when it has ended', [thread(PID, 'R'), traced(102, 'Z')], false],
    ['not of nothing', [], false],
  ])('%s', (_, threads, expected) => {
    expect(isQuiescent(threads, 'stopped')).toBe(expected);
  });

  test('of a thread in D the caller has to know: the freezer of cgroups v1 hides what it was', () => {
    const frozen = [thread(PID, 'D'), traced(102, 'D')];

    expect(isQuiescent(frozen, 'stopped')).toBe(false);
    expect(isQuiescent(frozen, 'at-rest')).toBe(true);
  });
});

describe('a stop is the owner’s', () => {
  test.each<[string, readonly ThreadState[], boolean]>([
    ['while gdb traces a thread', [thread(PID, 'T'), traced(102, 't')], true],
    ['not when nobody traces it any more', [thread(PID, 'T'), thread(102, 'T')], false],
    ['not when only the traced thread is stopped', [thread(PID, 'R'), traced(102, 't')], false],
  ])('%s', (_, threads, expected) => {
    expect(isStoppedByOwner(threads)).toBe(expected);
  });
});

test('group stop, end and tracer', () => {
  expect(isGroupStopped([thread(PID, 'S'), thread(101, 'T')])).toBe(true);
  expect(isGroupStopped([thread(PID, 'S'), thread(101, 't')])).toBe(false);
  expect(hasEnded([thread(PID, 'Z'), thread(101, 'X')])).toBe(true);
  expect(hasEnded([thread(PID, 'Z'), thread(101, 'S')])).toBe(false);
  expect(hasEnded([])).toBe(true);
  expect(tracerOf([thread(PID, 'S'), traced(101, 'S')])).toBe(GDB);
  expect(tracerOf([thread(PID, 'S')])).toBeUndefined();
});

test('our own threads, the main one first; and none of a process that is not there', async () => {
  const threads = readThreads(process.pid);

  expect(threads[0]?.tid).toBe(process.pid);
  expect(threads.length).toBeGreaterThan(1);
  expect(threads.every(({ tracerPid, stopPending }) => tracerPid === 0 && !stopPending)).toBe(true);
  expect(readThreads(2 ** 31 - 1)).toEqual([]);
});
