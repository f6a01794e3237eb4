import { expect, test } from 'vitest';
import { parseRecord } from '../../src/mi/parse.js';
import type { MiRecord } from '../../src/mi/record.js';
import { realLines } from './real-lines.js';

const LINES = 1_000_000;

/** Set ICOUNT_FUZZ_SEED to the seed of a failure to see it again. */
const { ICOUNT_FUZZ_SEED: givenSeed } = process.env;
const seed = Number(givenSeed ?? Date.now() % 2 ** 32);

/** Numbers from 0 to below `bound`, the same ones for the same seed (mulberry32). */
function generator(start: number): (bound: number) => number {
  let state = start;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

const corpus = realLines.map((line) => Buffer.from(line));
const structure = Buffer.from('{}[]"\\,=^*+~@&()gdb 019_-.nxe\0\n\r\x1b\xff\xc3', 'latin1');

/** Writes the next line into `line`; returns its length. */
function nextLine(line: Uint8Array, random: (bound: number) => number): number {
  const byte = () => (random(3) === 0 ? random(256) : (structure[random(structure.length)] ?? 0));
  if (random(4) === 0) {
    const length = random(64);
    for (let at = 0; at < length; at += 1) {
      line[at] = byte();
    }
    return length;
  }
  const model = corpus[random(corpus.length)] ?? Buffer.alloc(0);
  line.set(model);
  let length = model.length;
  for (let mutations = random(4); mutations > 0; mutations -= 1) {
    const at = random(length + 1);
    switch (random(5)) {
      case 0:
        line[at] = byte();
        length = Math.max(length, at + 1);
        break;
      case 1:
        line.copyWithin(at + 1, at, length);
        line[at] = byte();
        length += 1;
        break;
      case 2: {
        const from = Math.min(length, at + 1 + random(4));
        line.copyWithin(at, from, length);
        length -= from - at;
        break;
      }
      case 3:
        length = at;
        break;
      default: {
        const other = corpus[random(corpus.length)] ?? Buffer.alloc(0);
        const tail = other.subarray(random(other.length + 1));
        line.set(tail, at);
        length = at + tail.length;
      }
    }
  }
  return length;
}

function complaint(record: MiRecord, length: number): string | undefined {
  if (record.kind !== 'malformed') {
    return undefined;
  }
  if (!(record.offset >= 0 && record.offset <= length)) {
    return `offset ${record.offset} lies outside the line`;
  }
  return /\p{Cc}/u.test(record.line) ? 'the excerpt has a control character' : undefined;
}

test('a million random and mutated lines are read or refused', { timeout: 120_000 }, () => {
  const random = generator(seed);
  const buffer = new Uint8Array(4096);
  const kinds = new Map<string, number>();
  for (let count = 0; count < LINES; count += 1) {
    const line = buffer.subarray(0, nextLine(buffer, random));
    let problem: string | undefined;
    try {
      const record = parseRecord(line);
      kinds.set(record.kind, (kinds.get(record.kind) ?? 0) + 1);
      problem = complaint(record, line.length);
    } catch (error) {
      problem = String(error);
    }
    if (problem !== undefined) {
      const hex = Buffer.from(line).toString('hex');
      throw new Error(`seed ${seed}, line ${count} (${hex}): ${problem}`);
    }
  }
  // Otherwise the lines would have tested only one way through the parser.
  for (const kind of ['result', 'async', 'stream', 'prompt', 'malformed']) {
    expect(kinds.get(kind), `${kind} records, seed ${seed}`).toBeGreaterThan(LINES / 1000);
  }
});
