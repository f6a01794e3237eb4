import { expect, test } from 'vitest';
import {
  abridged,
  type CountedVcpus,
  countingCaveats,
  vcpuLabels,
} from '../../src/guest/vcpu-labels.js';

interface Case {
  readonly count: number;
  readonly most?: number;
  readonly areParallel?: boolean;
  readonly sharedSlots?: number;
  readonly lossy?: boolean;
  readonly activeMode?: 'inline';
}

function guest(given: Case): CountedVcpus {
  const {
    count,
    most = count,
    areParallel = count > 1,
    sharedSlots,
    lossy = false,
    activeMode,
  } = given;
  return {
    vcpus: { count, most, areParallel },
    counters: { sharedSlots, lossy, mode: 'percpu' },
    activeMode,
  };
}

function labels(most: number, sharedSlots: number | undefined, count: number): string[] {
  const label = vcpuLabels(
    guest({ count: most, ...(sharedSlots === undefined ? {} : { sharedSlots }) }),
  );
  return Array.from({ length: count }, (_, index) => label(index));
}

const kinds = (given: Case) => countingCaveats(guest(given)).map(({ kind }) => kind);

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
  expect(labels(32, 8, 8).at(-1)).toBe('7+15+23+31');
});

test('names are of as many as there have been, at any time so far', () => {
  const vcpus = { count: 1, most: 1, areParallel: false };
  const label = vcpuLabels({ ...guest({ count: 1, sharedSlots: 8 }), vcpus });

  expect(label(1)).toBe('1');
  vcpus.most = 10;
  expect(label(1)).toBe('1+9');
});

test('one vCPU, or one slot each, needs no word of caution', () => {
  expect(kinds({ count: 1, lossy: true })).toEqual([]);
  expect(kinds({ count: 8, sharedSlots: 8 })).toEqual([]);
  expect(kinds({ count: 40 })).toEqual([]);
});

test('of counters that stand still nothing else is said', () => {
  const given = { count: 12, sharedSlots: 8, lossy: true, activeMode: 'inline' } as const;
  expect(countingCaveats(guest(given))).toEqual([
    {
      kind: 'idle',
      text: 'the plugin counts in inline mode: what it has for the percpu mode, which --mode asks for, stands still',
    },
  ]);
});

test('vCPUs that one thread runs lose nothing', () => {
  expect(kinds({ count: 4, areParallel: false, lossy: true })).toEqual([]);
  const [shared] = countingCaveats(guest({ count: 12, areParallel: false, sharedSlots: 8 }));
  expect(shared?.text).toMatch(/the sum of those that share a slot$/);
});

test('vCPUs that share a counter or a slot are told of, in one sentence', () => {
  expect(countingCaveats(guest({ count: 2, lossy: true }))).toEqual([
    {
      kind: 'lossy',
      text: expect.stringContaining('2 vCPUs add to one counter without atomicity'),
    },
  ]);
  expect(countingCaveats(guest({ count: 9, sharedSlots: 8 }))).toEqual([
    { kind: 'shared', text: expect.stringContaining('8 slots for 9 vCPUs') },
  ]);
});

test('a slot holds what vCPUs have counted that are gone', () => {
  expect(kinds({ count: 1, most: 12, areParallel: false, sharedSlots: 8 })).toEqual(['shared']);
});

test.each([
  ['0', '0'],
  ['7+15+23+31', '7+15+23+31'],
  ['0+8+16+24+32', '0+8+...+32'],
  [Array.from({ length: 47 }, (_, turn) => turn * 8).join('+'), '0+8+...+368'],
])('%s in a title is %s', (name, expected) => {
  expect(abridged(name)).toBe(expected);
});
