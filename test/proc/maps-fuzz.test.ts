import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { groupByFile, parseMaps } from '../../src/proc/maps.js';
import { mutated, seededRandom } from '../elf/mutate.js';

const TEXTS = 100_000;
const MAX_MS = 60_000;

/** To see a failure again: FUZZ_SEED=<the seed in its message>. */
const { FUZZ_SEED = Math.floor(Math.random() * 2 ** 32) } = process.env;
const seed = Number(FUZZ_SEED);

test('no text makes the parser throw, or make up mappings', { timeout: 2 * MAX_MS }, () => {
  const original = readFileSync('/proc/self/maps').subarray(0, 2000);
  const lines = original.toString('latin1').split('\n').length;
  const random = seededRandom(seed);
  const started = performance.now();
  for (let text = 0; text < TEXTS; text++) {
    const bytes = mutated(original, [0], random);
    try {
      const mappings = parseMaps(bytes);
      groupByFile(mappings);
      const most = bytes.toString('latin1').split('\n').length;
      if (mappings.length > most || mappings.some(({ start, end }) => start >= end)) {
        throw new Error(`${mappings.length} mappings in ${most} lines, or an empty one`);
      }
    } catch (error) {
      throw new Error(`text ${text} of seed ${seed}`, { cause: error });
    }
  }
  expect(parseMaps(original).length).toBeGreaterThan(lines / 2);
  expect(performance.now() - started).toBeLessThan(MAX_MS);
});

test('a text of one endless line, or of nothing but line ends, takes no time', () => {
  const started = performance.now();
  for (const byte of ['a', ' ', '\n', '0', '-']) {
    expect(parseMaps(Buffer.alloc(20_000_000, byte))).toEqual([]);
  }
  expect(performance.now() - started).toBeLessThan(MAX_MS);
});
