import { expect, test } from 'vitest';
import { GdbGoneError } from '../../src/gdb/failure.js';
import type { Attachment } from '../../src/guest/attachment.js';
import { GuestReader } from '../../src/guest/reader.js';
import { ProcessMemory } from '../layout/process-memory.ts';

const reading = { counters: [7n], takenAt: 1n, windowNs: 2 };

test('a gdb that dies over the first read is replaced, though it had told of a reading', async () => {
  const attached = { kind: 'attached', memory: new ProcessMemory(), connection: {} };
  const attachment = {
    state: attached as object,
    isLeaving: false,
    transition: Promise.resolve(),
    noteReading() {},
    giveUpGdb(reason: string) {
      this.state = { kind: 'apart', reason };
      this.transition = Promise.resolve().then(() => {
        this.state = attached;
      });
    },
  };
  const reader = new GuestReader(process.pid, attachment as unknown as Attachment);
  let reads = 0;
  const read = async () => {
    reads += 1;
    if (reads === 1) throw new GdbGoneError('gdb was ended by SIGKILL');
    return reading;
  };

  expect(await reader.read({ read })).toEqual({ kind: 'reading', reading });
  expect(reads).toBe(2);
});
