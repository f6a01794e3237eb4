import { expect, test } from 'vitest';
import { noPidError } from '../../src/commands/no-pid.js';
import type { FoundGuest } from '../../src/qemu/survey.js';

function found(pid: number): FoundGuest {
  const argv = ['qemu-riscv64', './program'];
  return {
    pid,
    target: { pid, startTicks: 1n, state: 'R', uid: 0, executable: 'x', argv },
    command: {
      kind: 'user',
      architecture: 'riscv64',
      name: undefined,
      plugins: [],
      vcpus: undefined,
      singleThread: false,
    },
    plugin: { kind: 'insn' as const, path: '/opt/libinsn.so', otherPlugins: [] },
  };
}

test('the only guest is named, with the command to watch it', () => {
  expect(noPidError([found(42)]).hint).toBe(
    'to watch it: icount-gdb 42   (qemu-riscv64 ./program)',
  );
});

test('of several guests none is chosen', () => {
  const error = noPidError([found(42), found(43)]);

  expect(error.message).toContain('2 guests');
  expect(error.hint).not.toContain('42');
});

test('where there is no guest, doctor is the next step', () => {
  expect(noPidError([]).hint).toContain('icount-gdb doctor');
});
