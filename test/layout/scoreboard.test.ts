import { describe, expect, test } from 'vitest';
import { type Counters, UnreadableCountersError } from '../../src/layout/layout.js';
import { selectLayout } from '../../src/layout/layouts.js';
import { ProcessMemory } from './process-memory.ts';
import { typed, untyped } from './variables.ts';

const handle = 0x4000n;
const score = 0x10_000n;
const array = 0x20_000n;
const data = 0x30_000n;

function scoreboard(): Counters {
  return selectLayout(untyped({ insn_count: 16 }), 8, 'libinsn.so', 'insn').counters(
    { mode: 'percpu', perVcpu: true },
    0n,
    'percpu',
  );
}

/** What GLib and QEMU keep in memory: handle → scoreboard → GArray → data. */
interface BoardOptions {
  readonly data?: bigint;
  readonly slots?: readonly bigint[];
  readonly elementBytes?: bigint;
  readonly offset?: bigint;
}

function putBoard(memory: ProcessMemory, options: BoardOptions = {}): void {
  const slots = options.slots ?? [1n, 2n, 3n, 4n];
  memory.putWord(handle, score, options.offset ?? 0n);
  memory.putWord(score, array);
  putArray(memory, options.data ?? data, slots, options.elementBytes);
}

function putArray(
  memory: ProcessMemory,
  at: bigint,
  slots: readonly bigint[],
  elementBytes = 8n,
): void {
  const length = BigInt(slots.length);
  memory.put(array, [at, memory.wordBytes], [length, 4], [length, 4], [elementBytes, 4]);
  memory.putCounters(at, ...slots);
}

test('the chain of pointers is followed to one counter per slot', async () => {
  const memory = new ProcessMemory();
  putBoard(memory, { slots: [1n, 2n ** 64n - 1n, 0n, 4n] });
  const counters = scoreboard();

  expect(counters).toMatchObject({ perVcpu: true, lossy: false, sharedSlots: undefined });
  expect((await counters.read(memory)).counters).toEqual([1n, 2n ** 64n - 1n, 0n, 4n]);
  expect(counters.strideBytes).toBe(8);
});

test("element size and offset are the scoreboard's own", async () => {
  const memory = new ProcessMemory();
  putBoard(memory, { offset: 16n });
  memory.put(array, [data, 8], [3n, 4], [16n, 4], [24n, 4]);
  memory.putCounters(data, 9n, 9n, 1n, 9n, 9n, 2n, 9n, 9n, 3n);
  const counters = scoreboard();

  expect((await counters.read(memory)).counters).toEqual([1n, 2n, 3n]);
  expect(counters.strideBytes).toBe(24);
});

test('an array that has moved by the next sample is found', async () => {
  const memory = new ProcessMemory();
  putBoard(memory);
  const counters = scoreboard();
  await counters.read(memory);

  memory.free(data);
  putArray(memory, 0x50_000n, [5n, 6n, 7n, 8n, 9n, 10n, 11n, 12n]);

  expect((await counters.read(memory)).counters).toEqual([5n, 6n, 7n, 8n, 9n, 10n, 11n, 12n]);
});

test('a sample takes one round trip, as long as nothing moves', async () => {
  const memory = new ProcessMemory();
  putBoard(memory);
  const counters = scoreboard();
  await counters.read(memory);
  let roundTrips = 0;
  const read = memory.read.bind(memory);
  memory.read = (ranges) => {
    roundTrips += 1;
    return read(ranges);
  };

  expect((await counters.read(memory)).counters).toEqual([1n, 2n, 3n, 4n]);
  expect(roundTrips).toBe(1);
});

describe('the array moves while it is read', () => {
  test('after its header was read: the sample is taken again', async () => {
    const memory = new ProcessMemory();
    putBoard(memory);
    moveOnceBefore(memory, data, 0x50_000n);

    expect((await scoreboard().read(memory)).counters).toEqual([5n, 6n, 7n, 8n, 9n, 10n]);
  });

  test('and what was there holds something else by then: it is not believed', async () => {
    const memory = new ProcessMemory();
    putBoard(memory);
    moveOnceBefore(memory, data, 0x50_000n, () => memory.putCounters(data, 66n, 66n, 66n, 66n));

    expect((await scoreboard().read(memory)).counters).toEqual([5n, 6n, 7n, 8n, 9n, 10n]);
  });

  test('after its data was read, before the header is read again: it is not believed', async () => {
    const memory = new ProcessMemory();
    putBoard(memory);
    let headers = 0;
    memory.beforeRange = ({ address }) => {
      if (address !== array) return;
      headers += 1;
      if (headers === 2) putArray(memory, 0x50_000n, [5n, 6n, 7n, 8n, 9n, 10n]);
    };

    expect((await scoreboard().read(memory)).counters).toEqual([5n, 6n, 7n, 8n, 9n, 10n]);
  });

  test('grows where it is: the sample is taken again, with all slots', async () => {
    const memory = new ProcessMemory();
    putBoard(memory);
    moveOnceBefore(memory, data, data);

    expect((await scoreboard().read(memory)).counters).toEqual([5n, 6n, 7n, 8n, 9n, 10n]);
  });

  test('again and again: the sample is given up, not made up', async () => {
    const memory = new ProcessMemory();
    putBoard(memory);
    let at = data;
    memory.beforeRange = ({ address }) => {
      if (address === at) {
        at += 0x1000n;
        putArray(memory, at, [1n, 2n]);
      }
    };

    await expect(scoreboard().read(memory)).rejects.toThrow(/moved in 5 reads in a row/);
  });
});

describe('what is no scoreboard is not read', () => {
  test.each<[string, (memory: ProcessMemory) => void]>([
    ['a handle without a scoreboard yet', (memory) => memory.putWord(handle, 0n, 0n)],
    ['no slots', (memory) => memory.put(array, [data, 8], [0n, 4], [0n, 4], [8n, 4])],
    [
      '4 billion slots',
      (memory) => memory.put(array, [data, 8], [0xffff_ffffn, 4], [0n, 4], [8n, 4]),
    ],
    ['elements of no size', (memory) => memory.put(array, [data, 8], [4n, 4], [4n, 4], [0n, 4])],
    ['elements too large', (memory) => memory.put(array, [data, 8], [4n, 4], [4n, 4], [65536n, 4])],
    ['a counter beyond its element', (memory) => memory.putWord(handle, score, 1n)],
    ['an offset of 2^63', (memory) => memory.putWord(handle, score, 2n ** 63n)],
    ['a handle that leads nowhere', (memory) => memory.putWord(handle, 0xbad_000n, 0n)],
    ['an array that leads nowhere', (memory) => memory.putWord(score, 0xbad_000n)],
    [
      'data that lead nowhere',
      (memory) => memory.put(array, [0xbadn, 8], [4n, 4], [4n, 4], [8n, 4]),
    ],
  ])('%s', async (_, spoil) => {
    const memory = new ProcessMemory();
    putBoard(memory);
    spoil(memory);

    await expect(scoreboard().read(memory)).rejects.toThrow(UnreadableCountersError);
  });
});

test('on a 32-bit host pointers have 4 bytes, and counters 8 all the same', async () => {
  const variables = new Map([['insn_count', typed(8, 'qemu_plugin_u64')]]);
  const counters = selectLayout(variables, 4, 'libinsn.so', 'insn').counters(
    { mode: 'inline', perVcpu: true },
    0n,
    'inline',
  );
  const memory = new ProcessMemory(4, 'big');
  putBoard(memory, { slots: [2n ** 53n + 1n, 7n] });

  expect((await counters.read(memory)).counters).toEqual([2n ** 53n + 1n, 7n]);
});

/** Moves the array, once, at the moment at which the memory at `address` is about to be read. */
function moveOnceBefore(
  memory: ProcessMemory,
  address: bigint,
  to: bigint,
  afterwards: () => void = () => {},
): void {
  memory.beforeRange = (range) => {
    if (range.address !== address) return;
    memory.beforeRange = () => {};
    memory.free(address);
    putArray(memory, to, [5n, 6n, 7n, 8n, 9n, 10n]);
    afterwards();
  };
}
