import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Exporter, startExporter } from '../fixtures/exporter.ts';
import { fixed } from '../fixtures/fleet-guests.ts';
import { until } from '../fixtures/until.ts';

test('neither descriptors nor memory grow over 10,000 scrapes', { timeout: 240_000 }, async () => {
  await using guest = fixed();
  await guest.whenSettled();
  await using exporter = await startExporter([guest.pid]);
  await exporter.whenUp(guest.pid);
  const scrape = async (times: number): Promise<void> => {
    for (let done = 0; done < times; done += 1) await exporter.page();
  };
  await scrape(8_000);
  // By then the heap has taken the size that it works in.
  const [fdsBefore, memoryBefore] = [descriptorsOf(exporter), await residentOf(exporter)];
  await scrape(10_000);

  expect(descriptorsOf(exporter)).toBeLessThanOrEqual(fdsBefore + 1);
  expect((await residentOf(exporter)) - memoryBefore).toBeLessThan(10e6);
  expect(exporter.run.stderr).not.toContain('MaxListeners');
});

test('nor over 500 guests that come and go', { timeout: 600_000 }, async () => {
  await using exporter = await startExporter(['--all']);
  await exporter.page();
  const fewest = descriptorsOf(exporter);
  const comeAndGo = async (): Promise<void> => {
    const guests = Array.from({ length: 50 }, () => fixed());
    try {
      for (const { pid } of guests) await exporter.whenUp(pid, 60_000);
    } finally {
      for (const guest of guests) await guest[Symbol.asyncDispose]();
    }
  };
  const none = (): Promise<boolean> =>
    until('all to be gone', async () => !(await exporter.page()).includes('icount_guest_up{'));
  for (let gone = 0; gone < 400; gone += 50) await comeAndGo();
  await none();
  // By then the heap has taken the size that it works in: of 1,200 guests the last 500 add nothing.
  const memoryBefore = await residentOf(exporter);
  for (let gone = 0; gone < 500; gone += 50) await comeAndGo();
  await none();

  // Their gdbs end a little later.
  await until(
    'its descriptors to be as few as before',
    () => descriptorsOf(exporter) <= fewest + 1,
  );
  expect((await residentOf(exporter)) - memoryBefore).toBeLessThan(10e6);
  expect(exporter.run.stderr).not.toMatch(/MaxListeners|left out|can't/);
});

const descriptorsOf = ({ run }: Exporter): number =>
  readdirSync(`/proc/${run.child.pid}/fd`).length;

const residentOf = async (exporter: Exporter): Promise<number> =>
  Number(await exporter.value('process_resident_memory_bytes'));
