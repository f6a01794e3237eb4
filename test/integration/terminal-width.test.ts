import { expect, test } from 'vitest';
import { startSpin } from '../fixtures/running.ts';
import { startIcountInTerminal } from '../fixtures/terminal.ts';

/** Nobody has told how wide it is: `docker run -t` without a terminal of one's own, expect. */
test.each([0, 1, 20])('in a terminal of %i columns', async (columns) => {
  await using guest = await startSpin();

  await using rows = startIcountInTerminal([guest.pid, '-n', 2, '-i', '50ms'], { columns });
  expect(await rows.status()).toBe(0);
  expect(rows.text).toContain('ended: the number of intervals was reached');
  expect(rows.text.length).toBeLessThan(20_000);

  const watch = [guest.pid, '--live', '-n', 2, '-i', '50ms'];
  await using live = startIcountInTerminal(watch, { columns });
  expect(await live.status()).toBe(0);
});
