/** The options for each way to sample; the gdb of these machines can do both. */
export const samplers: readonly (readonly [string, 'gdb' | 'mi'])[] = [
  ['--sampler', 'gdb'],
  ['--sampler', 'mi'],
];
