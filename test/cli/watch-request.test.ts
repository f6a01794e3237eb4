import { expect, test } from 'vitest';
import { type GivenFlags, watchRequest } from '../../src/cli/watch-request.js';
import { UsageError } from '../../src/errors.js';

const nothing: GivenFlags = {
  gdb: 'gdb',
  mode: 'auto',
  sampler: 'auto',
  quiet: false,
  verbose: false,
  all: false,
  append: false,
  live: false,
};

test('a poll ticks every second unless told otherwise', () => {
  const request = watchRequest([12], nothing, undefined);
  expect(request).toMatchObject({
    kind: 'poll',
    options: { guests: { kind: 'named', pids: [12] }, intervalNs: 1e9, format: 'table' },
  });
});

test('a command without an interval has no rows', () => {
  const request = watchRequest([12], nothing, ['ls', '-l']);
  expect(request).toMatchObject({
    kind: 'bracket',
    options: { command: ['ls', '-l'], repeat: 1, rows: false, intervalNs: undefined },
  });
});

test.each([
  { given: { interval: 1e8 } },
  { given: { format: 'csv' } },
  { given: { output: 'rows.csv' } },
] as const)('a command with $given has rows', ({ given }) => {
  const request = watchRequest([12], { ...nothing, ...given }, ['ls']);
  expect(request).toMatchObject({ kind: 'bracket', options: { rows: true } });
});

const wrong: readonly {
  readonly what: string;
  readonly pids?: readonly number[];
  readonly given?: Partial<GivenFlags>;
  readonly command?: readonly string[];
}[] = [
  { what: 'no guest', pids: [] },
  { what: '--all with a pid', given: { all: true } },
  { what: '--append without a file', given: { append: true } },
  { what: '--repeat without a command', given: { repeat: 2 } },
  { what: '--live and --verbose', given: { live: true } },
  { what: '-- without a command', command: [] },
  { what: 'an empty command', command: [''] },
  { what: '--count with a command', given: { count: 3 }, command: ['ls'] },
  { what: '--duration with a command', given: { duration: 1e9 }, command: ['ls'] },
  { what: '--live with a command', given: { live: true }, command: ['ls'] },
  { what: '--plot with a command without intervals', given: { plot: 'x' }, command: ['ls'] },
  {
    what: '--plot of several runs',
    given: { plot: 'x', interval: 1e8, repeat: 2 },
    command: ['ls'],
  },
];

test.each(wrong)('$what makes no sense', ({ pids = [12], given, command }) => {
  const flags = { ...nothing, verbose: given?.live === true, ...given };
  expect(() => watchRequest(pids, flags, command)).toThrow(UsageError);
});
