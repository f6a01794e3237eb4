import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { MalformedElfError } from '../../src/elf/checked.js';
import { readElf } from '../../src/elf/elf.js';
import { compilePlugin } from './compile.js';
import { memorySource } from './memory-source.js';
import { mutated, seededRandom } from './mutate.js';
import { FORMATS, NAMES, sampleElf } from './sample.js';

const IMAGES = 100_000;

const plugin = compilePlugin();
afterAll(() => plugin.remove());

/** To see a failure again: FUZZ_SEED=<the seed in its message>. */
const { FUZZ_SEED = Math.floor(Math.random() * 2 ** 32) } = process.env;
const seed = Number(FUZZ_SEED);

test('no image makes anything but a result or a MalformedElfError', {
  timeout: 120_000,
}, async () => {
  plugin.run('strip', '-g', plugin.file);
  const originals = [...FORMATS.map(sampleElf), readFileSync(plugin.file)];
  const hotspots = new Map(
    originals.map((bytes) => [bytes, [0, Math.max(0, bytes.length - 1024)]]),
  );
  const random = seededRandom(seed);
  let read = 0;
  let refused = 0;
  for (let image = 0; image < IMAGES; image++) {
    const original = originals[image % originals.length] ?? Buffer.alloc(0);
    const bytes = mutated(original, hotspots.get(original) ?? [], random);
    try {
      await readElf(memorySource(bytes), NAMES);
      read++;
    } catch (error) {
      if (!(error instanceof MalformedElfError)) {
        throw new Error(`image ${image} of seed ${seed}`, { cause: error });
      }
      refused++;
    }
  }
  // Both have to be common, or the mutations are too tame or too wild to find anything.
  expect(read, `seed ${seed}`).toBeGreaterThan(IMAGES / 20);
  expect(refused, `seed ${seed}`).toBeGreaterThan(IMAGES / 20);
});
