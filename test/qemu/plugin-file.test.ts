import { expect, test } from 'vitest';
import { kindByName } from '../../src/qemu/plugin-file.js';

test.each([
  ['/opt/libinsn.so', 'insn'],
  ['/opt/insn-7.2.so.1', 'insn'],
  ['/opt/libbb.so', 'bb'],
  ['/opt/libbb-7.2.so.1', 'bb'],
  ['/opt/bb.so', 'bb'],
  ['/opt/my-libbb.so', 'bb'],
  ['/opt/libbbs.so', undefined],
  ['/opt/rabbbit.so', undefined],
  ['/opt/libbb.so/libempty.so', undefined],
  ['/opt/libinsn.txt', undefined],
] as const)('%s is named as %s', (path, kind) => {
  expect(kindByName(path)).toBe(kind);
});
