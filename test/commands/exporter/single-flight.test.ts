import { expect, test } from 'vitest';
import { SingleFlight } from '../../../src/commands/exporter/single-flight.js';

/** A job whose runs end when they are told to. */
function slowJob() {
  const ends: ((result: string) => void)[] = [];
  const flight = new SingleFlight(() => new Promise<string>((resolve) => ends.push(resolve)));
  return { flight, ends };
}

test('whoever asks while a job runs gets the next one, which is the same for all', async () => {
  const { flight, ends } = slowJob();
  const first = flight.run();
  const [second, third] = [flight.run(), flight.run()];
  expect(ends).toHaveLength(1);
  ends[0]?.('one');
  expect(await first).toBe('one');
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends).toHaveLength(2);
  const fourth = flight.run();
  ends[1]?.('two');
  expect(await Promise.all([second, third])).toEqual(['two', 'two']);
  await new Promise((resolve) => setImmediate(resolve));
  ends[2]?.('three');
  expect(await fourth).toBe('three');
});

test('a job that fails fails for those who asked for it, and the next one runs', async () => {
  let runs = 0;
  const flight = new SingleFlight(async () => {
    runs += 1;
    if (runs === 1) throw new Error('first');
    return runs;
  });
  const first = flight.run();
  const second = flight.run();

  await expect(first).rejects.toThrow('first');
  expect(await second).toBe(2);
  expect(await flight.run()).toBe(3);
});
