import { expect, test } from 'vitest';
import { parseDuration, parseInterval } from '../../src/cli/values.js';
import { UsageError } from '../../src/errors.js';

test.each([
  ['1s', 1_000_000_000],
  ['500ms', 500_000_000],
  ['1ms', 1_000_000],
  ['250us', 250_000],
  ['2m', 120_000_000_000],
  ['1h', 3_600_000_000_000],
  ['1.5s', 1_500_000_000],
  ['.5s', 500_000_000],
  ['0.1ms', 100_000],
  ['3', 3_000_000_000],
  ['0.25', 250_000_000],
  [' 10 ms ', 10_000_000],
  ['007s', 7_000_000_000],
])('%j is %d ns', (text, ns) => {
  expect(parseDuration(text, '--duration')).toBe(ns);
});

test.each([
  '',
  ' ',
  'abc',
  's',
  '1x',
  '-1s',
  '+1s',
  '1e3',
  '1,5s',
  '1s 2ms',
  'NaN',
  'Infinity',
  '0x1',
])('%j is no duration', (text) => {
  const refused = refusal(() => parseDuration(text, '--duration'));
  expect(refused.message).toBe(`--duration ${JSON.stringify(text)} is no duration`);
  expect(refused.hint).toContain('500ms');
});

test.each(['0', '0s', '0.0ms', '0.0001us', '10000000s', '99999999h'])(
  '%j is out of range',
  (text) => {
    expect(refusal(() => parseDuration(text, '--duration')).message).toContain('out of range');
  },
);

test.each(['1us', '249us', '0.1ms', '0.000249', '0.2499ms'])(
  'an interval of %j is too short',
  (text) => {
    const refused = refusal(() => parseInterval(text));
    expect(refused.message).toBe(`--interval ${text} is too short`);
    expect(refused.hint).toContain('250us');
  },
);

test('a quarter of a millisecond is long enough for an interval', () => {
  expect(parseInterval('250us')).toBe(250_000);
  expect(parseInterval('1000us')).toBe(1_000_000);
});

function refusal(call: () => unknown): UsageError {
  try {
    call();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
