import { open } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readElf } from '../../src/elf/elf.js';
import { fileSource } from '../../src/elf/source.js';
import { NoSuchProcessError } from '../../src/errors.js';
import { Attachment } from '../../src/guest/attachment.js';
import { readStartTicks } from '../../src/proc/process.js';
import { pluginFile } from '../fixtures/cache.ts';
import { startSpin } from '../fixtures/running.ts';
import { whenWorking } from '../fixtures/undisturbed.ts';

const plugin = pluginFile('array');

async function openAttachment(pid: number, startTicks: bigint, said: string[]) {
  const handle = await open(plugin, 'r');
  const attachment = await Attachment.open({
    gdbCommand: 'gdb',
    pluginFd: handle.fd,
    pid,
    startTicks,
    onNotice: () => {},
    onOver: () => {},
    onLine: (direction, line) => {
      if (direction === 'sent') said.push(line);
    },
  });
  const elf = await readElf(await fileSource(handle), {
    objects: new Set(),
    exports: new Set(),
  });
  return { attachment, elf, handle };
}

test('a pid that is used again between look and attach: that process is not touched', async () => {
  await using guest = await startSpin(plugin);
  const startTicks = readStartTicks(guest.pid) ?? 0n;
  const said: string[] = [];
  // We had looked at one that started earlier.
  const { attachment, elf, handle } = await openAttachment(guest.pid, startTicks - 1n, said);

  await expect(attachment.attach(elf)).rejects.toThrow(NoSuchProcessError);
  await attachment.leave();
  await handle.close();
  expect(said.filter((line) => line.includes('attach'))).toEqual([]);
  await whenWorking(guest.pid);
});

test('a process that ends between look and attach', async () => {
  await using guest = await startSpin(plugin);
  const startTicks = readStartTicks(guest.pid) ?? 0n;
  const said: string[] = [];
  const { attachment, elf, handle } = await openAttachment(guest.pid, startTicks, said);
  guest.child.kill('SIGTERM');
  await guest.whenEnded();

  await expect(attachment.attach(elf)).rejects.toThrow(
    `process ${guest.pid} ended while we attached`,
  );
  await attachment.leave();
  await handle.close();
  expect(said.filter((line) => line.includes('attach'))).toEqual([]);
});
