import { expect, test } from 'vitest';
import type { Caveat } from '../../src/guest/vcpu-words.js';
import { tellCaveats } from '../../src/observers/caveats.js';
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
