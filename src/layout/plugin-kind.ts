/** QEMU's plugins that count instructions: one adds 1 for each, the other a block's number. */
export type PluginKind = 'insn' | 'bb';

/** What they are called, by QEMU and by us. */
export const pluginNames: Readonly<Record<PluginKind, 'libinsn' | 'libbb'>> = {
  insn: 'libinsn',
  bb: 'libbb',
};

/** For a sentence in which either will do. */
export const EITHER_PLUGIN = 'a counting plugin (libinsn or libbb)';

/**
 * Which of them has variables of these names, in a layout that is known or in another; undefined
 * for neither. libbb has an `insn_count` too: it is told by what counts its blocks.
 */
export function pluginKind(has: (name: string) => boolean): PluginKind | undefined {
  if (has('insn_count') && has('bb_count')) return 'bb';
  if (has('inline_count') && has('counts') && has('max_cpus')) return 'bb';
  return has('insn_count') || has('inline_insn_count') ? 'insn' : undefined;
}
