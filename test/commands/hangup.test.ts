import { expect, test } from 'vitest';
import { isHangupIgnored } from '../../src/commands/hangup.js';

test.each([
  [{ ICOUNT_HANGUP: 'ignored' }, true],
  [{ ICOUNT_HANGUP: 'heeded' }, false],
  // The launcher has seen it; a shell may have named what it started long before.
  [{ ICOUNT_HANGUP: 'heeded', _: '/usr/bin/nohup' }, false],
  [{ _: '/usr/bin/nohup' }, true],
  [{ _: '/usr/bin/icount-gdb' }, false],
  [{}, false],
])('by %j SIGHUP is ignored: %s', (environment, expected) => {
  expect(isHangupIgnored(environment)).toBe(expected);
});
