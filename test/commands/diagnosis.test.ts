import { expect, test } from 'vitest';
import { diagnosisText } from '../../src/commands/diagnosis.js';
import { isUtf8Locale } from '../../src/text/printable.js';

test.each([
  [{ LANG: 'en_US.UTF-8' }, true],
  [{ LANG: 'C.utf8' }, true],
  [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
  [{ LC_ALL: '', LC_CTYPE: 'C.UTF-8' }, true],
  [{}, false],
])('the locale of %j shows ticks: %s', (environment, expected) => {
  expect(isUtf8Locale(environment)).toBe(expected);
});

test('a remedy stands below what is missing, aligned with it', () => {
  const checks = [
    { name: 'gdb', result: { kind: 'missing', text: 'not found', remedy: 'install it' } },
    { name: 'ptrace', result: { kind: 'unknown' } },
  ] as const;

  expect(diagnosisText(checks, true)).toBe(
    [
      '✗ gdb     not found',
      '          remedy: install it',
      '? ptrace  not checked: something before it is missing',
      '',
    ].join('\n'),
  );
  expect(diagnosisText(checks, false)).toMatch(/^MISSING gdb {5}not found\n {16}remedy: /);
});
