import { expect, test } from 'vitest';
import { describeError } from '../../src/cli/messages.js';
import {
  AlreadyTracedError,
  GdbUnusableError,
  GuestStoppedError,
  type IcountError,
  NoPluginError,
  NoSuchProcessError,
  NotPermittedError,
  OutputError,
  SamplingFailedError,
  UnresolvedCountersError,
  UsageError,
} from '../../src/errors.js';

const errors: readonly (readonly [IcountError, number])[] = [
  [new SamplingFailedError('it failed'), 1],
  [new GuestStoppedError(7), 1],
  [new OutputError('out.csv', 'no space left on device'), 1],
  [new OutputError('out.csv', 'permission denied', 'usage'), 2],
  [new UsageError('that makes no sense', 'do this'), 2],
  [new NoSuchProcessError(7), 3],
  [new NotPermittedError(7, 'the reason', 'the remedy'), 4],
  [new AlreadyTracedError(7, 'traced by process 8 (gdb -p 7)'), 4],
  [new NoPluginError(7, 'is no QEMU', 'look elsewhere'), 5],
  [new UnresolvedCountersError('libinsn.so', 'it is stripped', '--plugin-file'), 6],
  [new GdbUnusableError('gdb', 'not found'), 7],
];

test.each(errors)(
  '%s: one sentence, a remedy where there is one, and its exit code',
  (error, code) => {
    expect(error.exitCode).toBe(code);
    expect(describeError(error)).toMatch(/^icount-gdb: [^\n]+\n( {2}[^\n]+\n)?$/);
    expect(describeError(error)).not.toMatch(/^ +at /m);
  },
);

test('what a guest is called does nothing to the terminal', () => {
  const error = new UnresolvedCountersError('/tmp/\u001b[31m\nfake: line', 'stripped');

  expect(describeError(error)).toBe(
    "icount-gdb: can't resolve the counters in /tmp/\\x1b[31m\\x0afake: line: stripped\n",
  );
});

test('anything else is a bug of ours, and says where', () => {
  expect(describeError(new TypeError('oops'))).toMatch(
    /^icount-gdb: this is a bug, please report it: TypeError: oops\n +at /,
  );
  expect(describeError('thrown')).toBe('icount-gdb: this is a bug, please report it: thrown\n');
});
