import { expect, test } from 'vitest';
import { processFamilies } from '../../src/exporter/process-families.js';

async function values(): Promise<ReadonlyMap<string, number>> {
  const families = await processFamilies();
  return new Map(families.map(({ name, samples }) => [name, Number(samples[0]?.value)]));
}

test('what is told of the process is what the system says', async () => {
  const told = await values();

  expect(told.get('process_resident_memory_bytes')).toBeGreaterThan(10e6);
  expect(told.get('process_virtual_memory_bytes')).toBeGreaterThan(100e6);
  expect(told.get('process_open_fds')).toBeGreaterThan(2);
  expect(told.get('process_max_fds')).toBeGreaterThan(told.get('process_open_fds') ?? 0);
  expect(told.get('process_cpu_seconds_total')).toBeGreaterThan(0);
  const age = Date.now() / 1_000 - (told.get('process_start_time_seconds') ?? 0);
  expect(Math.abs(age - process.uptime())).toBeLessThan(5);
});

test('the start of the process does not move', async () => {
  const start = (await values()).get('process_start_time_seconds');

  expect((await values()).get('process_start_time_seconds')).toBe(start);
});
