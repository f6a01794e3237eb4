import type { Variable, Variables } from '../../src/layout/variable.js';

/** Variables as they are found after `strip -g`: `{ insn_count: 8 }`. */
export function untyped(sizes: Readonly<Record<string, number>>): Variables {
  return new Map(
    Object.entries(sizes).map(([name, sizeBytes], index) => {
      const addressBytes = 0x4000n + BigInt(index) * 0x100n;
      return [name, { addressBytes, sizeBytes, source: 'symbol table' }] as const;
    }),
  );
}

/** A variable as debug information tells it. */
export function typed(sizeBytes: number, type: string, element?: Variable['element']): Variable {
  const source = 'debug information';
  const variable = { addressBytes: 0x4000n, sizeBytes, source, type } as const;
  return element === undefined ? variable : { ...variable, element };
}
