import { expect, test } from 'vitest';
import type { AttachedGuest } from '../../src/guest/attach-guest.js';
import { countingCaveats, vcpuLabels } from '../../src/guest/vcpus.js';

function guest(vcpus: number, sharedSlots: number | undefined, lossy = false): AttachedGuest {
  const counters = {
    layout: 'array',
    mode: 'percpu',
    address: 0n,
    strideBytes: 8,
    sharedSlots,
    perVcpu: true,
    lossy,
    locate: () => Promise.reject(new Error('not read here')),
    read: () => Promise.reject(new Error('not read here')),
  } as const;
  return { vcpus, counters };
}

function labels(vcpus: number, sharedSlots: number | undefined, count: number): string[] {
  return Array.from({ length: count }, (_, index) => vcpuLabels(guest(vcpus, sharedSlots))(index));
}

test('a slot of its own is named for its vCPU', () => {
  expect(labels(40, undefined, 3)).toEqual(['0', '1', '2']);
  expect(labels(8, 8, 8)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  expect(labels(4, 8, 2)).toEqual(['0', '1']);
});

test('a shared slot is named for all vCPUs that share it', () => {
  expect(labels(9, 8, 8)).toEqual(['0+8', '1', '2', '3', '4', '5', '6', '7']);
  expect(labels(12, 8, 8)).toEqual(['0+8', '1+9', '2+10', '3+11', '4', '5', '6', '7']);
  expect(labels(17, 8, 2)).toEqual(['0+8+16', '1+9']);
  expect(labels(24, 8, 8).at(-1)).toBe('7+15+23');
});

test('one vCPU, or one slot each, needs no word of caution', () => {
  expect(countingCaveats(guest(1, undefined, true))).toEqual([]);
  expect(countingCaveats(guest(8, 8))).toEqual([]);
  expect(countingCaveats(guest(40, undefined))).toEqual([]);
});

test('vCPUs that share a counter or a slot are told of, in one sentence', () => {
  expect(countingCaveats(guest(2, undefined, true))).toEqual([
    expect.stringContaining('2 vCPUs add to one counter without atomicity'),
  ]);
  expect(countingCaveats(guest(9, 8))).toEqual([expect.stringContaining('8 slots for 9 vCPUs')]);
});
