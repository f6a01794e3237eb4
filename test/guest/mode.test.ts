import { expect, test } from 'vitest';
import { commandLineMode } from '../../src/guest/mode.js';
import { parseQemuCommand } from '../../src/qemu/command-line.js';

test.each([
  [['/x/libinsn.so,inline=on'], '/x/libinsn.so', [], 'inline'],
  [['/x/libinsn.so'], '/x/libinsn.so', [], 'percpu'],
  // Each plugin has a mode of its own.
  [['/x/libinsn.so,inline=on', '/x/libbb.so'], '/x/libbb.so', ['/x/libinsn.so'], 'percpu'],
  [['/x/libbb.so,inline=on', '/x/libinsn.so'], '/x/libbb.so', ['/x/libinsn.so'], 'inline'],
  // And may be named as the other is.
  [['/x/p.so,inline=on', '/y/p.so'], '/y/p.so', ['/x/p.so'], 'percpu'],
  [['p.so,inline=on'], '/x/p.so', [], 'inline'],
  // A symbolic link is mapped under the name of what it leads to.
  [['/x/counter.so,inline=on'], '/x/libbb.so', [], 'inline'],
  [['/x/counter.so', '/x/libbb.so,inline=on'], '/x/libinsn.so', ['/x/libbb.so'], 'percpu'],
  [[], '/x/libbb.so', [], 'percpu'],
] as const)('with -plugin %j, %s beside %j counts %s', (plugins, mapped, others, mode) => {
  const options = plugins.flatMap((plugin) => ['-plugin', plugin]);
  const command = parseQemuCommand(['/usr/bin/qemu-riscv64', ...options, './program']);

  expect(commandLineMode(command, mapped, others)).toBe(mode);
});
