import { expect, test } from 'vitest';
import { GdbGoneError, GdbRefusedError, GdbTimeoutError } from '../../src/gdb/failure.js';
import type { AsyncRecord } from '../../src/gdb/session.js';
import { FakeGdb } from './fake-gdb.js';

const LONG_MS = 60_000;

test('answers come back by their tokens, in whatever order', async () => {
  const gdb = new FakeGdb();
  const first = gdb.session.send('-one', LONG_MS);
  const second = gdb.session.send('-two', LONG_MS);
  await gdb.says('2^done,value="b"\n(gdb) \n1^done,value="a"\n(gdb) \n');

  expect(gdb.sent).toEqual(['1-one', '2-two']);
  expect((await first).results).toMatchObject([{ value: { text: 'a' } }]);
  expect((await second).results).toMatchObject([{ value: { text: 'b' } }]);
});

test('an answer may come in pieces, in the middle of a character', async () => {
  const gdb = new FakeGdb();
  const answer = gdb.session.send('-one', LONG_MS);
  const bytes = Buffer.from('1^done,value="é"\n');
  for (const byte of bytes) await gdb.says(Uint8Array.of(byte));

  expect((await answer).results).toMatchObject([{ value: { text: 'é' } }]);
});

test('a second result record, an untokened one and one of a strange token are nobody’s', async () => {
  const gdb = new FakeGdb();
  const answer = gdb.session.send('-interpreter-exec console "attach 1&"', LONG_MS);
  await gdb.says('^done\n77^error,msg="no"\n1^done\n^running\n1^error,msg="late"\n');

  expect(await answer).toMatchObject({ class: 'done' });
});

test('^running is an answer as good as ^done', async () => {
  const gdb = new FakeGdb();
  const answer = gdb.session.send('-exec-continue', LONG_MS);
  await gdb.says('1^running\n');

  expect(await answer).toMatchObject({ class: 'running' });
});

test("an error has gdb's words", async () => {
  const gdb = new FakeGdb();
  const answer = gdb.session.send('-data-read-memory-bytes 0 24', LONG_MS);
  const failure = answer.catch((error: unknown) => error);
  await gdb.says('&"Unable to read memory.\\n"\n1^error,msg="Unable to read memory."\n');
  const error = await failure;

  expect(error).toBeInstanceOf(GdbRefusedError);
  expect(error).toMatchObject({ message: 'Unable to read memory.' });
});

test('an answer was heard between the question and whatever comes of it', async () => {
  const gdb = new FakeGdb();
  const sent = process.hrtime.bigint();
  const answer = gdb.session.send('-exec-continue', LONG_MS);
  await gdb.says('1^running\n');
  await answer;

  expect(gdb.session.lastReceivedAt).toBeGreaterThan(sent);
  expect(gdb.session.lastReceivedAt).toBeLessThan(process.hrtime.bigint());
});

test('a command that is not answered fails in its time, and its late answer is dropped', async () => {
  const gdb = new FakeGdb();
  const late = gdb.session.send('-late with arguments', 20);

  await expect(late).rejects.toThrow(new GdbTimeoutError('-late', 20));
  await gdb.says('1^done\n');
  const next = gdb.session.send('-next', LONG_MS);
  await gdb.says('2^done\n');
  expect(await next).toMatchObject({ class: 'done' });
});

test('an answer that lay in the pipe while we were stopped counts', async () => {
  const gdb = new FakeGdb();
  const answer = gdb.session.send('-one', 20);
  const said = gdb.says('1^done\n');
  // Nothing of ours runs until the time is long over, as after SIGSTOP and SIGCONT.
  const stoppedUntil = performance.now() + 60;
  while (performance.now() < stoppedUntil);
  await said;

  expect(await answer).toMatchObject({ class: 'done' });
});

test('when gdb ends all that is pending fails with how, and so does all that comes', async () => {
  const gdb = new FakeGdb();
  const pending = Promise.allSettled([
    gdb.session.send('-one', LONG_MS),
    gdb.session.send('-two', LONG_MS),
  ]);
  expect(gdb.session.isGone).toBe(false);
  await gdb.ends('gdb was ended by SIGKILL');

  const reason = new GdbGoneError('gdb was ended by SIGKILL');
  expect(await pending).toEqual([1, 2].map(() => ({ status: 'rejected', reason })));
  await expect(gdb.session.send('-three', LONG_MS)).rejects.toThrow(reason);
  expect(gdb.session.isGone).toBe(true);
  expect(gdb.sent).toHaveLength(2);
});

test('changes of state are told, the churn of threads and libraries is not', async () => {
  const records: AsyncRecord[] = [];
  const gdb = new FakeGdb({ onAsync: (record) => records.push(record) });
  await gdb.says(
    '=thread-created,id="1",group-id="i1"\n',
    '*running,thread-id="all"\n',
    '=library-loaded,id="x"\n',
    '*stopped,reason="exited-normally"\n',
    '=thread-exited,id="1"\n=thread-group-exited,id="i1"\n',
  );

  expect(records.map((record) => record.class)).toEqual([
    'running',
    'stopped',
    'thread-group-exited',
  ]);
});

test('sentences for people are told, junk is not', async () => {
  const texts: string[] = [];
  const gdb = new FakeGdb({ onText: (text) => texts.push(text) });
  await gdb.says('~"one\\n"\njunk\n&"two"\n\u0000\u0001\n~"not closed\n@"three"\n');

  expect(texts).toEqual(['one\n', 'two', 'three']);
});

test('closing ends gdb’s input', async () => {
  const gdb = new FakeGdb();
  gdb.session.close();
  // A write to it would be an error, which is nobody's.
  void gdb.session.send('-too-late', 10).catch(() => {});
  await gdb.ends('gdb ended with status 0');
  expect(gdb.session.isGone).toBe(true);
});
