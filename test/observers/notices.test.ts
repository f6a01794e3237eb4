import { expect, test } from 'vitest';
import type { Caveat } from '../../src/guest/vcpu-labels.js';
import { tellCaveats, tellNoneLeft } from '../../src/observers/notices.js';
import { info, inlineSummary } from './rows/events.js';

const lossy: Caveat = { kind: 'lossy', text: '2 vCPUs lose counts' };
const stillLossy: Caveat = { kind: 'lossy', text: '3 vCPUs lose counts' };
const shared: Caveat = { kind: 'shared', text: '8 slots for 9 vCPUs' };

/** A guest of which one thing after the other is true, at each look. */
function guest(pid: number, ...looks: readonly (readonly Caveat[])[]) {
  let last = 0;
  return { ...info, pid, lookAtVcpus: async () => looks[last++] ?? looks.at(-1) ?? [] };
}

test('each thing is said once for each guest, when it becomes true', async () => {
  const said: string[] = [];
  const observer = tellCaveats((text) => said.push(text), false);

  await observer.start(guest(1, [], [lossy], [stillLossy, shared]));
  expect(said).toEqual([]);
  await observer.end(1, inlineSummary);
  expect(said).toEqual([lossy.text]);
  await observer.end(1, inlineSummary);
  expect(said).toEqual([lossy.text, shared.text]);
});

test('another run of the same guest says nothing again, and of several each is named', async () => {
  const said: string[] = [];
  const observer = tellCaveats((text) => said.push(text), true);

  await observer.start(guest(1, [lossy]));
  await observer.start(guest(1, [lossy]));
  await observer.start(guest(2, [lossy]));

  expect(said).toEqual([`process 1: ${lossy.text}`, `process 2: ${lossy.text}`]);
});

test('it is said when the last guest has ended by itself, and not at a limit', () => {
  const said: string[] = [];
  const observer = tellNoneLeft((text) => said.push(text));
  observer.start({ ...info, pid: 1 });
  observer.start({ ...info, pid: 2 });
  observer.end(1, { ...inlineSummary, reason: 'exited' });
  expect(said).toEqual([]);
  observer.end(2, { ...inlineSummary, reason: 'exited' });
  expect(said).toEqual(['no guest is left; those that start will be taken in']);
  observer.start({ ...info, pid: 3 });
  observer.end(3, { ...inlineSummary, reason: 'count' });
  expect(said).toHaveLength(1);
});
