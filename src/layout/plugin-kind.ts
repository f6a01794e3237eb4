/** QEMU's plugins that count instructions: one adds 1 for each, the other a block's number. */
export type PluginKind = 'insn' | 'bb';

/** What they are called, by QEMU and by us. */
export const pluginNames: Readonly<Record<PluginKind, 'libinsn' | 'libbb'>> = {
  insn: 'libinsn',
  bb: 'libbb',
};

/** For a sentence in which either will do. */
export const EITHER_PLUGIN = 'a counting plugin (libinsn or libbb)';
