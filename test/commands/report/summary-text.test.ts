import { expect, test } from 'vitest';
import { summaryText } from '../../../src/commands/report/summary-text.js';
import { percpuSummary } from '../../observers/rows/events.js';

test.each([
  ['count', undefined, 'the number of intervals was reached'],
  ['duration', undefined, 'the time was up'],
  ['interrupted', undefined, 'interrupted'],
  ['command', undefined, 'the command finished'],
  ['closed', undefined, 'nobody reads the output any more'],
  ['stopped', undefined, 'sampling was stopped'],
  ['exited', undefined, 'the guest is gone'],
  ['exited', { kind: 'exited', status: 7 }, 'the guest exited with status 7'],
  ['exited', { kind: 'signalled', signal: 'SIGABRT' }, 'the guest was killed by SIGABRT'],
  ['exited', { kind: 'signalled', signal: '\u001b[m' }, 'the guest was killed by \\x1b[m'],
  ['exited', { kind: 'exec' }, 'the guest executed another program'],
  ['exited', { kind: 'gone' }, 'the guest is gone'],
] as const)('%s %o is told in words', (reason, end, words) => {
  const summary = { ...percpuSummary, reason, ...(end === undefined ? {} : { end }) };
  expect(summaryText(summary, String)).toContain(`ended: ${words}\n`);
});

test('what did not happen is not told', () => {
  const quiet = { ...percpuSummary, samples: 0, late: 0, gaps: 0 };
  expect(summaryText(quiet, String)).not.toMatch(/sample|late|gap/);
});
