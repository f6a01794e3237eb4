import { expect, test, vi } from 'vitest';
import { GdbStartLimiter } from '../../src/guest/gdb-start-limiter.js';

test('no more start at a time than there is room for, and all do, in their order', async () => {
  const limiter = new GdbStartLimiter('gdb', 3);
  const begun: number[] = [];
  let starting = 0;
  let most = 0;
  const start = async (index: number): Promise<void> => {
    begun.push(index);
    starting += 1;
    most = Math.max(most, starting);
    await new Promise((resolve) => setTimeout(resolve, 1));
    starting -= 1;
    if (index % 5 === 0) throw new Error('does not start');
  };
  const all = Array.from({ length: 40 }, (_, index) => limiter.take(() => start(index)));
  const results = await Promise.allSettled(all);

  expect(begun).toEqual(Array.from({ length: 40 }, (_, index) => index));
  expect(most).toBe(3);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(8);
});

test('without memory for one more none is started', async () => {
  using available = vi.spyOn(process, 'availableMemory').mockReturnValue(20_000_000);
  const limiter = new GdbStartLimiter('gdb');

  await expect(limiter.take(async () => 'started')).rejects.toThrow(
    'gdb: there is no room for another one: 20 MB of memory are left',
  );
  available.mockReturnValue(2 ** 30);
  expect(await limiter.take(async () => 'started')).toBe('started');
});
