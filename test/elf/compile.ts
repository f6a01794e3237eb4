import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Two files, for a static name that both have. Nothing of libinsn but the names. */
const SOURCES = {
  'insn.c': `
    #include <stdbool.h>
    #include <stdint.h>
    static uint64_t insn_count;
    static bool do_inline;
    static int twice;
    uint64_t counts[8];
    extern void qemu_plugin_outs(const char *);
    int qemu_plugin_version = 1;
    int qemu_plugin_install(uint64_t id) {
      insn_count += id; do_inline = !do_inline; twice++; counts[id % 8]++;
      qemu_plugin_outs("");
      return (int)insn_count + do_inline + twice;
    }`,
  'other.c': 'static long twice; long other(void) { return twice++; }',
};

/** A compiled shared object in a directory of its own, and the tools to change it with. */
export interface Compiled {
  readonly file: string;
  readonly directory: string;
  run(tool: string, ...args: string[]): string;
  remove(): void;
}

/** Compiles the plugin; without gcc and binutils this throws, and so fails the test. */
export function compilePlugin(): Compiled {
  const directory = mkdtempSync(join(tmpdir(), 'icount-elf-'));
  const run = (tool: string, ...args: string[]) =>
    execFileSync(tool, args, {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    });
  for (const [name, text] of Object.entries(SOURCES)) {
    writeFileSync(join(directory, name), text);
  }
  const file = join(directory, 'libinsn.so');
  const flags = ['-g', '-O1', '-fPIC', '-shared', '-Wl,--build-id=sha1'];
  run('gcc', ...flags, '-o', file, ...Object.keys(SOURCES));
  return {
    file,
    directory,
    run,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
