import { describe, expect, test } from 'vitest';
import { UnresolvedCountersError } from '../../src/errors.js';
import { layouts, pluginKind, selectLayout } from '../../src/layout/layouts.js';
import type { Variables } from '../../src/layout/variable.js';
import { typed, untyped } from './variables.js';

const flag = typed(1, '_Bool');
const counter = typed(8, 'uint64_t');
const withPc = typed(128, 'InstructionCount [8]', {
  sizeBytes: 16,
  counter: { offsetBytes: 8, sizeBytes: 8 },
});
const withoutPc = typed(64, 'InstructionCount [8]', {
  sizeBytes: 8,
  counter: { offsetBytes: 0, sizeBytes: 8 },
});

const handle = typed(16, 'qemu_plugin_u64');
const struct = { ...typed(32, 'CPUCount'), counter: { offsetBytes: 24, sizeBytes: 8 } };
const pointer = typed(8, 'GPtrArray *');
const vcpus = typed(4, 'int');

function variables(entries: Readonly<Record<string, ReturnType<typeof typed>>>): Variables {
  return new Map(Object.entries({ do_inline: flag, ...entries }));
}

function chosen(found: Variables, wordBytes: 4 | 8 = 8): string {
  return selectLayout(found, wordBytes, 'libinsn.so', 'insn').layout.name;
}

function refusal(found: Variables, wordBytes: 4 | 8 = 8): UnresolvedCountersError {
  try {
    selectLayout(found, wordBytes, 'libinsn.so', 'insn');
  } catch (error) {
    if (error instanceof UnresolvedCountersError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

const byDebugInformation: readonly [string, Variables][] = [
  ['scalar', variables({ insn_count: counter })],
  ['array-with-pc', variables({ inline_insn_count: counter, counts: withPc })],
  ['array', variables({ inline_insn_count: counter, counts: withoutPc })],
  ['scoreboard', variables({ insn_count: handle })],
  ['block-scalar', variables({ insn_count: counter, bb_count: counter })],
  ['block-struct', variables({ inline_count: struct, counts: pointer, max_cpus: vcpus })],
  ['block-scoreboard', variables({ insn_count: handle, bb_count: handle })],
];

test.each(byDebugInformation)('%s is told by debug information', (layout, found) => {
  expect(chosen(found)).toBe(layout);
});

const bySizes: readonly [string, Readonly<Record<string, number>>][] = [
  ['scalar', { insn_count: 8, do_inline: 1 }],
  ['array-with-pc', { inline_insn_count: 8, counts: 128, do_inline: 1 }],
  ['array', { inline_insn_count: 8, counts: 64, do_inline: 1 }],
  ['scoreboard', { insn_count: 16, do_inline: 1 }],
  ['block-scalar', { insn_count: 8, bb_count: 8, do_inline: 1 }],
  ['block-struct', { inline_count: 32, counts: 8, max_cpus: 4, do_inline: 1 }],
  ['block-scoreboard', { insn_count: 16, bb_count: 16, do_inline: 1 }],
];

test.each(bySizes)('%s is told by sizes alone', (layout, sizes) => {
  expect(chosen(untyped(sizes))).toBe(layout);
});

test('both tables above have every layout, and no two layouts of a plugin fit the same', () => {
  const names = layouts.map(({ name }) => name);
  expect(byDebugInformation.map(([name]) => name)).toEqual(names);
  expect(bySizes.map(([name]) => name)).toEqual(names);
  for (const [name, found] of [
    ...byDebugInformation,
    ...bySizes.map(([name, sizes]) => [name, untyped(sizes)] as const),
  ]) {
    const plugin = layouts.find((layout) => layout.name === name)?.plugin;
    const fitting = layouts.filter(
      (layout) => layout.plugin === plugin && typeof layout.match(found, 8) === 'object',
    );
    expect(fitting.map((layout) => layout.name)).toEqual([name]);
  }
});

describe('on a 32-bit host', () => {
  test('debug information tells a scalar from a handle of the same size', () => {
    expect(chosen(variables({ insn_count: typed(8, 'qemu_plugin_u64') }), 4)).toBe('scoreboard');
    expect(chosen(variables({ insn_count: counter }), 4)).toBe('scalar');
    expect(chosen(variables({ insn_count: typed(8, 'unsigned long long') }), 4)).toBe('scalar');
  });

  test('without it they are refused', () => {
    expect(refusal(untyped({ insn_count: 8, do_inline: 1 }), 4).message).toContain('two things');
  });
});

test.each<[string, Variables, string]>([
  ['a counter of 4 bytes', untyped({ insn_count: 4 }), 'insn_count: 4 bytes'],
  ['a counter of 12 bytes', untyped({ insn_count: 12 }), 'insn_count: 12 bytes'],
  ['a counter of an unknown type', variables({ insn_count: typed(8, 'double') }), 'type double'],
  ['a handle of an unknown type', variables({ insn_count: typed(16, 'struct tally') }), 'tally'],
  ['an array of 96 bytes', untyped({ inline_insn_count: 8, counts: 96 }), 'counts: 96 bytes'],
  ['an empty array', untyped({ inline_insn_count: 8, counts: 0 }), 'counts: 0 bytes'],
  ['an array without its scalar', untyped({ counts: 64 }), 'counts: 64 bytes'],
  ['a scalar without its array', untyped({ inline_insn_count: 8 }), 'inline_insn_count: 8 bytes'],
  [
    'an inline counter of 4 bytes',
    untyped({ inline_insn_count: 4, counts: 64 }),
    'inline_insn_count has 4 bytes',
  ],
  [
    'elements whose counter lies elsewhere',
    variables({
      inline_insn_count: counter,
      counts: typed(128, 'Pair [8]', { sizeBytes: 16, counter: { offsetBytes: 0, sizeBytes: 8 } }),
    }),
    'lies at byte 0 of 16',
  ],
  [
    'elements whose counter has 4 bytes',
    variables({
      inline_insn_count: counter,
      counts: typed(64, 'Half [8]', { sizeBytes: 8, counter: { offsetBytes: 0, sizeBytes: 4 } }),
    }),
    'counts[0].insn_count has 4 bytes',
  ],
  [
    'a structure whose counter has 4 bytes',
    variables({
      inline_count: { ...typed(32, 'CPUCount'), counter: { offsetBytes: 24, sizeBytes: 4 } },
      counts: pointer,
      max_cpus: vcpus,
    }),
    'inline_count.insn_count has 4 bytes',
  ],
  [
    'elements of 24 bytes',
    variables({
      inline_insn_count: counter,
      counts: typed(192, 'Triple [8]', {
        sizeBytes: 24,
        counter: { offsetBytes: 0, sizeBytes: 8 },
      }),
    }),
    'counts: 192 bytes',
  ],
  [
    'an array that ends within an element',
    variables({
      inline_insn_count: counter,
      counts: typed(100, 'Pair [6]', { sizeBytes: 16, counter: { offsetBytes: 8, sizeBytes: 8 } }),
    }),
    'counts has 100 bytes',
  ],
  ['nothing', new Map(), 'none was found'],
  ['a block counter of 4 bytes', untyped({ insn_count: 8, bb_count: 4 }), 'bb_count has 4 bytes'],
  [
    'block counters of different kinds',
    variables({ insn_count: handle, bb_count: counter }),
    'bb_count has 8 bytes',
  ],
  [
    'a structure of another size',
    untyped({ inline_count: 40, counts: 8, max_cpus: 4 }),
    'inline_count has 40 bytes',
  ],
  [
    'a structure whose counter lies elsewhere',
    variables({
      inline_count: { ...typed(32, 'CPUCount'), counter: { offsetBytes: 16, sizeBytes: 8 } },
      counts: pointer,
      max_cpus: vcpus,
    }),
    'lies at byte 16 of 32',
  ],
  [
    'a structure without the counter',
    variables({ inline_count: typed(32, 'struct tally'), counts: pointer, max_cpus: vcpus }),
    'struct tally, which has no insn_count',
  ],
  [
    'counts that are no pointer',
    untyped({ inline_count: 32, counts: 64, max_cpus: 4 }),
    'counts has 64 bytes',
  ],
  [
    'counts that point to something else',
    variables({ inline_count: struct, counts: typed(8, 'GHashTable *'), max_cpus: vcpus }),
    'type GHashTable *',
  ],
  [
    'a number of vCPUs of 8 bytes',
    untyped({ inline_count: 32, counts: 8, max_cpus: 8 }),
    'max_cpus has 8 bytes',
  ],
])('%s is refused, with the file and what was found', (_, found, fact) => {
  const { message, exitCode, hint } = refusal(found);

  expect(message).toMatch(/^can't resolve the counters in libinsn\.so: /);
  expect(message).toContain(fact);
  expect(hint).toContain('QEMU 4.2 to 11');
  expect(exitCode).toBe(6);
});

test.each([
  [['insn_count'], 'insn'],
  [['inline_insn_count', 'counts'], 'insn'],
  [['insn_count', 'bb_count'], 'bb'],
  [['inline_count', 'counts', 'max_cpus'], 'bb'],
  // Plugins that count something else have some of these names, too.
  [['bb_count'], undefined],
  [['inline_count', 'counts'], undefined],
  [['counts', 'do_inline'], undefined],
  [[], undefined],
] as const)('%j are the variables of %s', (names: readonly string[], kind) => {
  expect(pluginKind((name) => names.includes(name))).toBe(kind);
});
