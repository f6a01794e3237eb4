import fc from 'fast-check';
import type { MiResult, MiValue } from '../../src/mi/record.js';
import type { PrintableRecord } from './serialize.js';

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,11}$/),
  fc.constantFrom('__proto__', 'constructor', 'thread-id', 'frame', '0', '-', 'a.b'),
);

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '\0',
    '\x1b[0m',
    '\\',
    '"',
    '\\"',
    ',',
    '{',
    ']',
    '\ufeff',
    '\r\n',
    'é',
    '\\033',
  ),
);

const { value } = fc.letrec<{ value: MiValue; result: MiResult }>((tie) => {
  const results = fc.array(tie('result'), { maxLength: 4 });
  return {
    value: fc.oneof(
      { maxDepth: 6 },
      fc.record({ kind: fc.constant('const' as const), text }),
      fc.record({ kind: fc.constantFrom('tuple', 'list'), results }),
    ),
    result: fc.record({ name: fc.option(name, { nil: undefined }), value: tie('value') }),
  };
});

const results = fc.array(fc.record({ name: fc.option(name, { nil: undefined }), value }), {
  maxLength: 5,
});

const token = fc.option(fc.maxSafeNat(), { nil: undefined });

/** Any record that is not malformed. */
export const printableRecord: fc.Arbitrary<PrintableRecord> = fc.oneof(
  fc.record({ kind: fc.constant('result' as const), token, class: name, results }),
  fc.record({
    kind: fc.constant('async' as const),
    type: fc.constantFrom('exec' as const, 'status', 'notify'),
    token,
    class: name,
    results,
  }),
  fc.record({
    kind: fc.constant('stream' as const),
    stream: fc.constantFrom('console' as const, 'target', 'log'),
    text,
  }),
  fc.constant({ kind: 'prompt' as const }),
);
