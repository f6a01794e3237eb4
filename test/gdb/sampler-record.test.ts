import { expect, test } from 'vitest';
import { CUT_SHORT, samplerRecord } from '../../src/gdb/sampler-record.js';
import type { AsyncRecord } from '../../src/gdb/session.js';
import type { Place } from '../../src/layout/place.js';
import { parseRecord } from '../../src/mi/parse.js';

const counters = () => [];

const one: Place = { ranges: [{ address: 0x1000n, lengthBytes: 32 }], counters };

/** An array behind a header of GLib's kind: address, elements, capacity, size of one. */
const moving: Place = {
  ranges: [{ address: 0x1000n, lengthBytes: 32 }],
  header: {
    range: { address: 0x2000n, lengthBytes: 20 },
    bytes: Buffer.alloc(20),
    byteOrder: 'little',
    address: { offsetBytes: 0, lengthBytes: 8 },
    elements: { offsetBytes: 8, lengthBytes: 4 },
    elementBytes: { offsetBytes: 16, lengthBytes: 4 },
  },
  counters,
};

function record(readings: string): AsyncRecord {
  return asyncRecord(`+icount,readings="${readings}"`);
}

function asyncRecord(line: string): AsyncRecord {
  const parsed = parseRecord(Buffer.from(line));
  if (parsed.kind !== 'async') throw new Error(`${line} is no async record`);
  return parsed;
}

test('a bundle is its readings in order, with the zeros that were left away', () => {
  const heard = samplerRecord(record('100 7 01ff;250 9 ;400 8 -'), one);

  const bytes = Buffer.alloc(32);
  bytes.set([1, 255]);
  expect(heard).toEqual({
    kind: 'readings',
    readings: [
      { began: 100n, windowNs: 7, pieces: [bytes] },
      { began: 250n, windowNs: 9, pieces: [Buffer.alloc(32)] },
      { began: 400n, windowNs: 8, pieces: [undefined] },
    ],
  });
});

test('an array is as long as the header says that was read with it', () => {
  const header = '0050000000000000040000000800000008000000';

  const heard = samplerRecord(record(`1 2 05 ${header}`), moving);

  const array = Buffer.alloc(32);
  array[0] = 5;
  const headerBytes = Buffer.from(header, 'hex');
  expect(heard).toMatchObject({ readings: [{ pieces: [array, headerBytes] }] });
});

test.each([
  '',
  '1',
  '1 2',
  '1 2 0',
  '1 2 zz',
  '1 x 00',
  '-1 2 00',
  '1 2 00 00',
  `1 2 ${'00'.repeat(33)}`,
])('a reading of %j is cut short, and no value is made of it', (text) => {
  expect(samplerRecord(record(`1 2 00;${text}`), one)).toEqual({
    kind: 'failure',
    reason: CUT_SHORT,
  });
});

test('what Python has raised is a failure', () => {
  expect(samplerRecord(asyncRecord('+icount,failure="ValueError"'), one)).toEqual({
    kind: 'failure',
    reason: 'Python raised ValueError in gdb',
  });
});
