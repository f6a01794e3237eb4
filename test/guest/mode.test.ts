import { expect, test } from 'vitest';
import { commandLineMode } from '../../src/guest/mode.js';
import { parseQemuCommand } from '../../src/qemu/command-line.js';

test.each([
  [['/x/libinsn.so,inline=on'], '/x/libinsn.so', 'inline'],
  [['/x/libinsn.so'], '/x/libinsn.so', 'percpu'],
  // Each plugin has a mode of its own.
  [['/x/libinsn.so,inline=on', '/x/libbb.so'], '/x/libbb.so', 'percpu'],
  [['/x/libbb.so,inline=on', '/x/libinsn.so'], '/x/libbb.so', 'inline'],
  // A symbolic link is mapped under the name of what it leads to.
  [['/x/counter.so,inline=on'], '/x/libbb.so', 'inline'],
  [[], '/x/libbb.so', 'percpu'],
] as const)('with -plugin %j, %s counts %s', (plugins, mapped, mode) => {
  const options = plugins.flatMap((plugin) => ['-plugin', plugin]);
  const command = parseQemuCommand(['/usr/bin/qemu-riscv64', ...options, './program']);

  expect(commandLineMode(command, mapped)).toBe(mode);
});
