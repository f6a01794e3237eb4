import { expect, test } from 'vitest';
import { summaryText } from '../../../src/commands/report/summary-text.js';
import { formatNames, formats } from '../../../src/observers/rows/formats.js';
import {
  info,
  inlineSummary,
  inlineTicks,
  percpuSummary,
  percpuTicks,
  plain,
  printed,
} from './events.js';

/** Slot 0 of an array layout with nine vCPUs. */
const sharedSlots = (index: number) => (index === 0 ? '0+8' : String(index));

test.each(formatNames)('%s prints an inline run', async (name) => {
  const scalar = { ...info, layout: 'scalar' as const };
  const text = printed(formats[name](plain)(info.pid), scalar, inlineTicks, inlineSummary);
  await expect(text).toMatchFileSnapshot(`golden/${name}-inline.txt`);
});

test.each(formatNames)('%s prints a run with a count per vCPU', async (name) => {
  const percpu = { ...info, mode: 'percpu' as const };
  const text = printed(formats[name](plain)(info.pid), percpu, percpuTicks, percpuSummary);
  await expect(text).toMatchFileSnapshot(`golden/${name}-percpu.txt`);
});

test.each(formatNames)('%s names the vCPUs that share a slot', async (name) => {
  const shared = {
    ...info,
    layout: 'array' as const,
    mode: 'percpu' as const,
    vcpuLabel: sharedSlots,
  };
  const text = printed(
    formats[name](plain)(info.pid),
    shared,
    percpuTicks.slice(0, 2),
    percpuSummary,
  );
  await expect(text).toMatchFileSnapshot(`golden/${name}-shared-slots.txt`);
});

test('a coloured table has a bold header and yellow words', async () => {
  const format = formats.table({ ...plain, colour: true })(info.pid);
  const text = printed(format, info, inlineTicks.slice(0, 5), inlineSummary);
  await expect(text).toMatchFileSnapshot('golden/table-colour.txt');
});

test('the summary of an inline run', async () => {
  await expect(summaryText(inlineSummary, String)).toMatchFileSnapshot('golden/summary-inline.txt');
});

test('the summary of a run with a count per vCPU', async () => {
  const text = summaryText(percpuSummary, sharedSlots);
  await expect(text).toMatchFileSnapshot('golden/summary-percpu.txt');
});
