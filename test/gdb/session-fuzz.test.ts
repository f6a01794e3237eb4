import { expect, test } from 'vitest';
import { runChange } from '../../src/gdb/run-state.js';
import { seededRandom } from '../elf/mutate.js';
import { realLines } from '../mi/real-lines.js';
import { FakeGdb } from './fake-gdb.js';

const LINES = 1_000_000;
const LINES_PER_CHUNK = 2_000;
const COMMANDS_PER_CHUNK = 20;
/** Far above what the session keeps, far below what a leak of a million lines would. */
const MEMORY_MB = 200;

/** Set ICOUNT_FUZZ_SEED to the seed of a failure to see it again. */
const { ICOUNT_FUZZ_SEED: givenSeed } = process.env;
const seed = Number(givenSeed ?? Date.now() % 2 ** 32);

const corpus = realLines.map((line) => Buffer.from(line, 'latin1'));
/** The corpus has few that fit a pending command: in one of thirty runs there was none. */
const refusal = Buffer.from('^error,msg="no"');
const structure = Buffer.from('{}[]"\\,=^*+~@&()gdb 0123456789_-.\0\r\n\x1b\xff\xc3', 'latin1');

test(`a million random and mutated lines: every command settles (seed ${seed})`, async () => {
  const random = seededRandom(seed);
  let told = 0;
  const gdb = new FakeGdb({
    onAsync: (record) => {
      told += runChange(record) === undefined ? 0 : 1;
    },
    onText: (text) => {
      told += text.length > 0 ? 1 : 0;
    },
    onLine: () => {},
  });
  const outcomes: Promise<unknown>[] = [];
  let token = 0;
  const before = memoryMb();

  for (let lines = 0; lines < LINES; lines += LINES_PER_CHUNK) {
    for (let sent = 0; sent < COMMANDS_PER_CHUNK; sent += 1) {
      token += 1;
      outcomes.push(
        gdb.session.send('-x', 600_000).then(
          () => 'answered',
          (error: unknown) => (error instanceof Error ? error.name : 'no error'),
        ),
      );
    }
    const chunk: Buffer[] = [];
    for (let line = 0; line < LINES_PER_CHUNK; line += 1) {
      // Many of them for commands that are pending, or nearly so.
      const prefix = random(3) === 0 ? Buffer.from(`${token - random(40)}`) : Buffer.alloc(0);
      chunk.push(prefix, nextLine(random), Buffer.from(random(50) === 0 ? '\r\n' : '\n'));
    }
    const bytes = Buffer.concat(chunk);
    const cut = random(bytes.length);
    await gdb.says(bytes.subarray(0, cut), bytes.subarray(cut));
  }
  const grown = memoryMb() - before;
  await gdb.ends('gdb was ended by SIGKILL');

  const kinds = new Set(await Promise.all(outcomes));
  expect([...kinds].sort()).toEqual(['GdbGoneError', 'GdbRefusedError', 'answered']);
  expect(told).toBeGreaterThan(1000);
  expect(grown).toBeLessThan(MEMORY_MB);
});

test('a line without end takes bounded memory, and the next one is read', async () => {
  const gdb = new FakeGdb();
  const answer = gdb.session.send('-x', 600_000);
  const before = memoryMb();
  const piece = Buffer.alloc(1024 * 1024, 'x');
  for (let sent = 0; sent < 300; sent += 1) await gdb.says(piece);
  const grown = memoryMb() - before;
  await gdb.says('\n1^done\n');

  expect(await answer).toMatchObject({ class: 'done' });
  expect(grown).toBeLessThan(MEMORY_MB);
});

function nextLine(random: (below: number) => number): Buffer {
  if (random(4) === 0) {
    return Buffer.from(Array.from({ length: random(60) }, () => randomByte(random)));
  }
  const model = random(50) === 0 ? refusal : (corpus[random(corpus.length)] ?? Buffer.alloc(0));
  const line = Buffer.from(model.subarray(0, random(6) === 0 ? random(model.length) : undefined));
  for (let mutations = random(3); mutations > 0 && line.length > 0; mutations -= 1) {
    line[random(line.length)] = randomByte(random);
  }
  return line;
}

function randomByte(random: (below: number) => number): number {
  return random(3) === 0 ? random(256) : (structure[random(structure.length)] ?? 0);
}

function memoryMb(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1024 / 1024;
}
