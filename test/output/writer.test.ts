import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { OutputError } from '../../src/errors.js';
import { streamWriter } from '../../src/output/writer.js';

test('a write is over when the stream has the rows, not before', async () => {
  const accept: (() => void)[] = [];
  const taken: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      taken.push(String(chunk));
      accept.push(() => done());
    },
  });
  let over = false;
  const write = streamWriter(stream, 'standard output')
    .write('a\n')
    .then((outcome) => {
      over = true;
      return outcome;
    });
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toEqual(['a\n']);
  expect(over).toBe(false);
  for (const go of accept) go();
  expect(await write).toBe('written');
});

test('a pipe whose reader goes away closes, without an error', async () => {
  const head = spawn('head', ['-n', '1'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const read: string[] = [];
  head.stdout.on('data', (chunk) => read.push(String(chunk)));
  const exit = once(head, 'close');
  const writer = streamWriter(head.stdin, 'standard output');
  expect(await writer.write('first\n')).toBe('written');
  await exit;
  expect(await writer.write('second\n')).toBe('closed');
  expect(await writer.write('third\n')).toBe('closed');
  await writer.close();
  expect(read.join('')).toBe('first\n');
});

test('a stream that fails is an error with its name, and stays one', async () => {
  const stream = new Writable({
    write: (_chunk, _encoding, done) => done(new Error('the cable is out')),
  });
  const writer = streamWriter(stream, 'standard output');
  await expect(writer.write('a\n')).rejects.toThrow(OutputError);
  await expect(writer.write('b\n')).rejects.toThrow(
    "can't write standard output: the cable is out",
  );
});

test('a stream that failed between two writes says why it failed', async () => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  const writer = streamWriter(stream, 'standard output');
  await writer.write('a\n');
  stream.destroy(new Error('the cable is out'));
  await expect(writer.write('b\n')).rejects.toThrow('the cable is out');
});

test('writing thousands of rows adds no listeners', async () => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  const writer = streamWriter(stream, 'standard output');
  await writer.write('a\n');
  const before = stream.eventNames().map((name) => stream.listenerCount(name));
  for (let rows = 0; rows < 5000; rows += 1) await writer.write('a\n');
  expect(stream.eventNames().map((name) => stream.listenerCount(name))).toEqual(before);
});
