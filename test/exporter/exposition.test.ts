import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exposition, type Family, labelValue } from '../../src/exporter/exposition.js';

function family(labels: Record<string, string>, value: bigint | number = 1): Family {
  return { name: 'x_total', type: 'counter', help: 'Things.', samples: [{ labels, value }] };
}

/** What a reader of the format makes of the one sample's label `name`. */
function readBack(page: string): string {
  const [, quoted = ''] = /^x_total\{name="((?:[^"\\\n]|\\[\\n"])*)"\} 1$/m.exec(page) ?? [];
  return quoted.replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character));
}

test('a page has the help, the type and the samples of each family', () => {
  const page = exposition(
    [
      family({ pid: '1', name: 'a' }, 12n),
      { name: 'y_bytes', type: 'gauge', help: 'Size.', samples: [{ labels: {}, value: 0.5 }] },
    ],
    'text',
  );

  expect(page).toBe(
    [
      '# HELP x_total Things.',
      '# TYPE x_total counter',
      'x_total{pid="1",name="a"} 12',
      '# HELP y_bytes Size.',
      '# TYPE y_bytes gauge',
      'y_bytes 0.5',
      '',
    ].join('\n'),
  );
});

test('OpenMetrics names the family of a counter without its suffix, and has an end', () => {
  expect(exposition([family({})], 'openmetrics')).toBe(
    '# HELP x Things.\n# TYPE x counter\nx_total 1\n# EOF\n',
  );
});

test('a counter keeps every digit of its 64 bits', () => {
  expect(exposition([family({}, 2n ** 64n - 1n)], 'text')).toContain(
    'x_total 18446744073709551615',
  );
});

test('numbers are written such that Go reads them', () => {
  for (const [value, text] of [
    [1e-7, '1e-7'],
    [1e21, '1e+21'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
  ] as const) {
    expect(exposition([family({}, value)], 'text')).toContain(`x_total ${text}\n`);
  }
});

test('a label that says nothing is left away, and a family without samples as well', () => {
  expect(exposition([family({ name: '' })], 'text')).toContain('\nx_total 1\n');
  expect(exposition([{ ...family({}), samples: [] }], 'text')).toBe('');
});

test('whatever a name holds, it is one label of one line, and can be read back', () => {
  const names = fc.string({
    unit: fc.constantFrom('"', '\\', '\n', 'n', '}', ' ', '#', 'ü', '🦀'),
  });
  fc.assert(
    fc.property(names, (name) => {
      const page = exposition([family({ name })], 'text');
      expect(page.split('\n')).toHaveLength(4);
      if (name !== '') expect(readBack(page)).toBe(name);
    }),
  );
});

test('a help text has one line in both formats, and quotes only where they are an escape', () => {
  const help = { ...family({}), help: 'a "b"\n\\' };

  expect(exposition([help], 'text')).toContain('# HELP x_total a "b"\\n\\\\\n');
  expect(exposition([help], 'openmetrics')).toContain('# HELP x a \\"b\\"\\n\\\\\n');
});

test('a name of usual length stays as it is', () => {
  expect(labelValue('build-7')).toBe('build-7');
  expect(labelValue('x'.repeat(200))).toBe('x'.repeat(200));
});

test('a name of 64 KiB is cut, between characters, and shows it', () => {
  const cut = labelValue('🦀'.repeat(16_384));

  expect([...cut]).toHaveLength(200);
  expect(cut).toBe(`${'🦀'.repeat(199)}…`);
});
