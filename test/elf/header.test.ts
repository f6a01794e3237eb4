import { expect, test } from 'vitest';
import { machineName } from '../../src/elf/header.js';

test.each([
  [62, 'x86-64'],
  [183, 'aarch64'],
  [243, 'riscv'],
  [22, 's390x'],
  [0, 'machine 0x0'],
  [0xfff0, 'machine 0xfff0'],
])('e_machine %i is %s', (machine, name) => {
  expect(machineName(machine)).toBe(name);
});
