import { expect, test } from 'vitest';
import { pluginKind } from '../../src/layout/layouts.js';

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
