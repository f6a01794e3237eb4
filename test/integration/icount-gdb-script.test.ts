import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import {
  blockLayouts,
  layoutName,
  layouts,
  otherPluginFile,
  pluginFile,
} from '../fixtures/cache.ts';
import { compilePlugin } from '../fixtures/compile.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { startFixed } from '../fixtures/fixed.ts';
import { startGuest } from '../fixtures/guest.ts';
import { startHarts } from '../fixtures/harts.ts';
import { parseReport } from '../fixtures/report.ts';

const script = join(import.meta.dirname, '../../gdb-scripts/icount.gdb');

/** What gdb prints with the script loaded. */
async function gdb(args: readonly string[], ...commands: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('gdb', [
    ...['-nx', '-q', '-batch', '-iex', 'set debuginfod enabled off', ...args, '-x', script],
    ...commands.flatMap((command) => ['-ex', command]),
  ]);
  return `${stdout}\n${stderr}`;
}

const cases = [...layouts, ...blockLayouts].flatMap((layout) => [
  { layout, mode: 'inline', inline: true },
  { layout, mode: 'callback', inline: false },
]);

test.each(cases)('icount prints what the plugin reports: $layout, $mode', async (one) => {
  const smp = one.inline && !one.layout.endsWith('scoreboard') ? 1 : 4;
  await using guest = await startHarts(one.layout, { inline: one.inline, smp });

  const printed = await gdb(['-p', String(guest.pid)], 'icount', 'p $icount_total');

  const plugin = one.layout.startsWith('block-') ? 'libbb' : 'libinsn';
  const layout = layoutName(one.layout);
  expect(printed).toContain(`${plugin}, layout ${layout}, ${one.mode} mode`);
  const read = parseReport(printed);
  expect(printed).toContain(`$1 = ${read.total}\n`);
  const report = await guest.end();
  expect(read.total).toBe(report.total);
  // Inline counters of the older layouts, and scalar's, are for all vCPUs together.
  if (layout.endsWith('scoreboard') || (!one.inline && !layout.endsWith('scalar'))) {
    expect(read.perVcpu.size).toBe(4);
    expect(read.perVcpu).toEqual(report.perVcpu);
  } else {
    expect(read.perVcpu.size).toBe(0);
  }
});

test.each(['array', 'block-struct'] as const)(
  'icount reads a guest in user mode: %s',
  async (layout) => {
    await using guest = await startFixed(pluginFile(layout), layout === 'array');

    // Three more are for its end.
    expect(await gdb(['-p', String(guest.pid)], 'icount')).toContain('\ntotal insns: 2000020\n');
  },
);

test.each([
  { what: 'libinsn without debug information', kind: 'stripped', says: 'no debug information' },
  { what: 'another plugin', kind: 'empty', says: 'neither libinsn.so nor libbb.so loaded' },
])('icount says what is the matter: $what', async ({ kind, says }) => {
  const plugin = kind === 'empty' ? otherPluginFile() : pluginFile('array', 'stripped');
  await using guest = startGuest({ qemu: 'qemu-riscv64', plugin, inline: false, guest: 'fixed' });
  await guest.whenRunning();

  const printed = await gdb(['-p', String(guest.pid)], 'icount', 'p $icount_total');

  expect(printed).toContain(says);
  expect(printed).toContain('$1 = void\n');
});

test.each([
  {
    what: 'a structure that is longer',
    counters:
      'typedef struct { void **pdata; unsigned len; } GPtrArray; static kept GPtrArray *counts; static kept int max_cpus; static kept struct { uint64_t lock; int index; uint64_t bb_count, insn_count, loads; } inline_count',
    count: 'inline_count.insn_count = max_cpus = counts != 0',
    says: "libbb's inline_count has 40 bytes and insn_count 8 at 24, instead of 32 and 8 at 24",
  },
  {
    what: 'a counter of four bytes',
    counters:
      'typedef struct { void **pdata; unsigned len; } GPtrArray; static kept GPtrArray *counts; static kept int max_cpus; static kept struct { uint64_t lock; int index; uint64_t bb_count; uint32_t insn_count, rest; } inline_count',
    count: 'inline_count.insn_count = max_cpus = counts != 0',
    says: "libbb's inline_count has 32 bytes and insn_count 4 at 24, instead of 32 and 8 at 24",
  },
  {
    what: 'a pointer to something else',
    counters:
      'static kept void *counts; static kept int max_cpus; static kept struct { uint64_t lock; int index; uint64_t bb_count, insn_count; } inline_count',
    count: 'inline_count.insn_count = max_cpus = counts != 0',
    says: 'the variables of libbb.so are of no libinsn or libbb that is known',
  },
])("icount says of a fork's libbb what it does not know: $what", async (fork) => {
  using directory = temporaryDirectory();
  const plugin = join(directory.path, 'libbb.so');
  compilePlugin(plugin, 'counters', { COUNTERS: fork.counters, COUNT: fork.count }, 'bb.c');
  await using guest = startGuest({ qemu: 'qemu-riscv64', plugin, inline: false, guest: 'fixed' });
  await guest.whenRunning();

  const printed = await gdb(['-p', String(guest.pid)], 'icount', 'p $icount_total');

  expect(printed).toContain(fork.says);
  expect(printed).toContain('$1 = void\n');
});

test('without a process, icount reads nothing from the file', async () => {
  const printed = await gdb([pluginFile('array')], 'icount');

  expect(printed).toContain('icount: no process');
  expect(printed).not.toContain('insns');
});

test('icount documents itself', async () => {
  const help = await gdb([], 'help icount');

  for (const word of ['Usage: icount', ...layouts, 'block-scalar', 'block-struct', 'GDB 10'])
    expect(help).toContain(word);
});

test('every command of the script is documented', () => {
  const text = readFileSync(script, 'utf8');
  const names = (keyword: string): readonly string[] =>
    [...text.matchAll(new RegExp(`^${keyword} (\\S+)$`, 'gm'))].map(([, name = '']) => name).sort();

  expect(names('document')).toEqual(names('define'));
});
