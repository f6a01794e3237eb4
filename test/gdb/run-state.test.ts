import { expect, test } from 'vitest';
import { type RunChange, runChange } from '../../src/gdb/run-state.js';
import { parseRecord } from '../../src/mi/parse.js';

function changeOf(line: string): RunChange | undefined {
  const record = parseRecord(Buffer.from(line));
  if (record.kind !== 'async') throw new Error(`no async record: ${line}`);
  return runChange(record);
}

test.each<[string, RunChange | undefined]>([
  ['*running,thread-id="all"', undefined],
  ['=thread-group-started,id="i1",pid="6203"', undefined],
  ['=thread-group-exited,id="i1"', { kind: 'ended', end: { kind: 'gone' } }],
  [
    '=thread-group-exited,id="i1",exit-code="0"',
    { kind: 'ended', end: { kind: 'exited', status: 0 } },
  ],
  // Octal.
  [
    '*stopped,reason="exited",exit-code="07"',
    { kind: 'ended', end: { kind: 'exited', status: 7 } },
  ],
  [
    '*stopped,reason="exited",exit-code="0377"',
    { kind: 'ended', end: { kind: 'exited', status: 255 } },
  ],
  ['*stopped,reason="exited-normally"', { kind: 'ended', end: { kind: 'exited', status: 0 } }],
  [
    '*stopped,reason="exited-signalled",signal-name="SIGSEGV",signal-meaning="Segmentation fault"',
    { kind: 'ended', end: { kind: 'signalled', signal: 'SIGSEGV' } },
  ],
  [
    '*stopped,reason="exited-signalled"',
    { kind: 'ended', end: { kind: 'signalled', signal: 'a signal' } },
  ],
  ['*stopped,reason="signal-received",signal-name="SIGSTOP"', { kind: 'stopped-by-owner' }],
  ['*stopped,reason="signal-received",signal-name="SIGTSTP"', { kind: 'stopped-by-owner' }],
  ['*stopped,reason="signal-received",signal-name="SIGTTIN"', { kind: 'stopped-by-owner' }],
  ['*stopped,reason="signal-received",signal-name="SIGTTOU"', { kind: 'stopped-by-owner' }],
  ['*stopped,reason="signal-received",signal-name="SIGTRAP"', { kind: 'stopped-by-us' }],
  ['*stopped,reason="signal-received",signal-name="0"', { kind: 'stopped-by-us' }],
  ['*stopped,reason="breakpoint-hit",bkptno="1"', { kind: 'stopped-by-us' }],
  ['*stopped', { kind: 'stopped-by-us' }],
])('%s', (line, change) => {
  expect(changeOf(line)).toEqual(change);
});
