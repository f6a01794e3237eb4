import { expect, test } from 'vitest';
import { Turns } from '../../../src/commands/exporter/turns.js';

/** A job whose runs end when they are told to. */
function slowJob() {
  const ends: ((result: string) => void)[] = [];
  const turns = new Turns(() => new Promise<string>((resolve) => ends.push(resolve)));
  return { turns, ends };
}

test('whoever asks while a job runs gets the next one, which is the same for all', async () => {
  const { turns, ends } = slowJob();
  const first = turns.ask();
  const [second, third] = [turns.ask(), turns.ask()];
  expect(ends).toHaveLength(1);
  ends[0]?.('one');
  expect(await first).toBe('one');
  await new Promise((resolve) => setImmediate(resolve));
  expect(ends).toHaveLength(2);
  const fourth = turns.ask();
  ends[1]?.('two');
  expect(await Promise.all([second, third])).toEqual(['two', 'two']);
  await new Promise((resolve) => setImmediate(resolve));
  ends[2]?.('three');
  expect(await fourth).toBe('three');
});

test('a job that fails fails for those who asked for it, and the next one runs', async () => {
  let runs = 0;
  const turns = new Turns(async () => {
    runs += 1;
    if (runs === 1) throw new Error('first');
    return runs;
  });
  const first = turns.ask();
  const second = turns.ask();

  await expect(first).rejects.toThrow('first');
  expect(await second).toBe(2);
  expect(await turns.ask()).toBe(3);
});
