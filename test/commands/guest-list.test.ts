import { expect, test } from 'vitest';
import { guestLines, guestTable, type ListedGuest } from '../../src/commands/guest-list.js';
import { uptimeText } from '../../src/text/figures.js';

const guest: ListedGuest = {
  pid: 1234,
  uid: 1000,
  user: 'ada',
  architecture: 'riscv64',
  emulation: 'user',
  mode: 'inline',
  vcpus: 1,
  uptimeNs: 187e9,
  state: 'running',
  executable: '/usr/bin/qemu-riscv64',
  plugin: '/opt/libinsn.so',
  pluginKind: 'insn' as const,
  argv: ['qemu-riscv64', '-plugin', '/opt/libinsn.so,inline=on', './program'],
};

test('a table has a line for each guest', () => {
  const other = { ...guest, pid: 7, user: undefined, architecture: undefined, vcpus: 16 };

  expect(guestTable([guest, other], Number.POSITIVE_INFINITY)).toBe(
    [
      ' PID  USER  ARCH     PLUGIN   MODE    VCPUS  UPTIME  STATE    COMMAND',
      '1234  ada   riscv64  libinsn  inline      1   3m07s  running  qemu-riscv64 -plugin /opt/libinsn.so,inline=on ./program',
      '   7  1000  ?        libinsn  inline     16   3m07s  running  qemu-riscv64 -plugin /opt/libinsn.so,inline=on ./program',
      '',
    ].join('\n'),
  );
});

test('on a terminal a line is cut at its width', () => {
  for (const line of guestTable([guest], 60).split('\n'))
    expect(line.length).toBeLessThanOrEqual(60);
});

test('no guest, no header', () => {
  expect(guestTable([], 80)).toBe('');
});

test('what a process says of itself can’t touch the terminal, in either format', () => {
  const hostile = { ...guest, argv: ['qemu-riscv64', '\x1b[2J', 'a\nb', '\u202egnp', '\x9b'] };

  for (const text of [guestTable([hostile], 1000), guestLines([hostile])]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  }
  expect(guestTable([hostile], 1000).split('\n')).toHaveLength(3);
  expect(JSON.parse(guestLines([hostile])).argv).toEqual(hostile.argv);
});

test('JSON has null for what is not known', () => {
  const unknown = { ...guest, user: undefined, architecture: undefined, emulation: undefined };

  expect(JSON.parse(guestLines([unknown]))).toMatchObject({
    type: 'guest',
    pid: 1234,
    user: null,
    architecture: null,
    emulation: null,
    uptime_ns: 187_000_000_000,
  });
});

test.each([
  [0, '0s'],
  [59.9e9, '59s'],
  [60e9, '1m00s'],
  [3600e9, '1h00m'],
  [86_399e9, '23h59m'],
  [12 * 86_400e9 + 3 * 3600e9, '12d03h'],
])('%i ns are %s', (ns, text) => {
  expect(uptimeText(ns)).toBe(text);
});
