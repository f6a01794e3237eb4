import { expect, test } from 'vitest';
import {
  hasEnded,
  isGroupStopped,
  isQuiescent,
  readThreads,
  type ThreadState,
  threadToTrace,
  tracerOf,
} from '../../src/target/threads.js';

const running: ThreadState = { tid: 100, state: 'R', tracerPid: 0, stopPending: false };
const traced: ThreadState = { ...running, tid: 101, state: 'S', tracerPid: 7 };
const ended: ThreadState = { ...running, tid: 102, state: 'Z' };

test('an attach is over when a thread is traced, runs, and has no SIGSTOP to come', () => {
  expect(isQuiescent([running, traced])).toBe(true);
  expect(isQuiescent([running])).toBe(false);
  expect(isQuiescent([running, { ...traced, state: 't' }])).toBe(false);
  expect(isQuiescent([running, { ...traced, state: 'T' }])).toBe(false);
  expect(isQuiescent([running, { ...traced, stopPending: true }])).toBe(false);
  expect(isQuiescent([])).toBe(false);
  expect(isQuiescent([{ ...ended, tracerPid: 7 }])).toBe(false);
});

test('the thread to trace is the first living one beside the main thread', () => {
  const second = { ...running, tid: 101 };
  expect(threadToTrace([running, second, { ...running, tid: 103 }], 100)).toBe(101);
  expect(threadToTrace([running, ended, { ...running, tid: 103 }], 100)).toBe(103);
  expect(threadToTrace([running], 100)).toBe(100);
  expect(threadToTrace([ended], 102)).toBeUndefined();
});

test('group stop, end and tracer are told by any, all, and the first', () => {
  expect(isGroupStopped([running, { ...running, state: 'T' }])).toBe(true);
  expect(isGroupStopped([running, { ...traced, state: 't' }])).toBe(false);
  expect(hasEnded([ended, { ...ended, state: 'X' }])).toBe(true);
  expect(hasEnded([ended, running])).toBe(false);
  expect(tracerOf([running, traced])).toBe(7);
  expect(tracerOf([running, ended])).toBeUndefined();
});

test('the threads of this very process are running, untraced, the main thread first', async () => {
  const threads = await readThreads(process.pid);

  expect(threads[0]?.tid).toBe(process.pid);
  expect(threads.length).toBeGreaterThan(1);
  expect(threads.map(({ state }) => state).join('')).toMatch(/^[RSD]+$/);
});

test('a process that is not there has no threads', async () => {
  expect(await readThreads(2 ** 31 - 1)).toEqual([]);
});
