import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { systemClock } from '../src/clock.js';

const ms = (count: number) => BigInt(count) * 1_000_000n;

test.each([0.2, 1, 1.4, 1.6, 3, 12])(
  'a sleep of %s ms does not end before its deadline',
  async (delay) => {
    const deadline = systemClock.now() + BigInt(delay * 1e6);
    await systemClock.sleepUntil(deadline, new AbortController().signal);
    expect(systemClock.now()).toBeGreaterThanOrEqual(deadline);
  },
);

test.each([
  ['that has passed', -5],
  ['half a millisecond away', 0],
])('the event loop turns in a sleep to a deadline %s', async (_, delay) => {
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  await systemClock.sleepUntil(
    systemClock.now() + ms(delay) + 500_000n,
    new AbortController().signal,
  );
  expect(turned).toBe(true);
});

test.each([
  ['of an hour', ms(3_600_000)],
  ['longer than setTimeout can take', ms(2 ** 33)],
])('an abort ends a sleep %s', async (_, delay) => {
  const stop = new AbortController();
  const sleep = systemClock.sleepUntil(systemClock.now() + delay, stop.signal);
  setImmediate(() => stop.abort());
  await sleep;
  expect(stop.signal.aborted).toBe(true);
});

test('a sleep longer than setTimeout can take is not cut short', async () => {
  const stop = new AbortController();
  let awake = false;
  const sleep = systemClock.sleepUntil(systemClock.now() + ms(2 ** 33), stop.signal).then(() => {
    awake = true;
  });
  // A delay that is too long for setTimeout would make it fire after 1 ms.
  await systemClock.sleepUntil(systemClock.now() + ms(20), new AbortController().signal);
  expect(awake).toBe(false);
  stop.abort();
  await sleep;
});

test('a sleep that is aborted already ends at once', async () => {
  await systemClock.sleepUntil(systemClock.now() + ms(3_600_000), AbortSignal.abort());
});

test('sleeps leave no listeners on the signal', async () => {
  const { signal } = new AbortController();
  for (let sleeps = 0; sleeps < 20; sleeps += 1) {
    await systemClock.sleepUntil(systemClock.now() + ms(2), signal);
  }
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});
