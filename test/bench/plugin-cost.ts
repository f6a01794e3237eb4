import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { promisify } from 'node:util';
import { pluginFile, qemuProgram } from '../fixtures/cache.ts';
import { board, crcGuest } from './bench-guest.ts';
import type { Figures } from './figure.ts';

/** A QEMU with a guest that does a fixed amount of work and ends by itself. */
interface Work {
  readonly name: string;
  readonly program: ReturnType<typeof qemuProgram>;
  readonly args: readonly string[];
  readonly plugins: Readonly<Record<'libinsn' | 'libbb', string>>;
}

/** What is loaded into it: nothing twice, for the noise that the ratios have in them. */
const variants = [
  { name: 'without a plugin, again' },
  { name: 'libinsn, inline', plugin: 'libinsn', inline: true },
  { name: 'libinsn, callbacks', plugin: 'libinsn', inline: false },
  { name: 'libbb, inline', plugin: 'libbb', inline: true },
  { name: 'libbb, callbacks', plugin: 'libbb', inline: false },
] as const;

/**
 * What a plugin costs the guest, with nobody watching: CPU time of the whole QEMU with it, as
 * against the run without one in the same round.
 */
export async function pluginCost(figures: Figures, quick: boolean): Promise<void> {
  const rounds = quick ? 2 : 5;
  for (const work of [userWork(quick), systemWork(quick)].flat()) {
    const ratios = variants.map((): number[] => []);
    for (let round = 0; round < rounds; round += 1) {
      const alone = await cpuSeconds(work, []);
      for (const [index, variant] of variants.entries()) {
        const seconds = await cpuSeconds(work, pluginOptions(work, variant));
        ratios[index]?.push(seconds / alone);
      }
    }
    for (const [index, { name }] of variants.entries()) {
      figures.add(`${work.name}: ${name}`, 'times', ratios[index] ?? []);
    }
  }
}

const BLOCKS = ['short', 'long'] as const;

function userWork(quick: boolean): readonly Work[] {
  return BLOCKS.map((blocks) => ({
    name: `user mode, ${blocks} blocks`,
    program: qemuProgram('qemu7-user', 'qemu-riscv64'),
    args: [crcGuest(blocks, 'user', quick)],
    plugins: { libinsn: pluginFile('array-with-pc'), libbb: pluginFile('block-struct') },
  }));
}

function systemWork(quick: boolean): readonly Work[] {
  return BLOCKS.map((blocks) => ({
    name: `system mode, ${blocks} blocks`,
    program: qemuProgram('qemu10', 'qemu-system-riscv64'),
    args: [
      ...[...board('rv64i', 1), '-audio', 'none'],
      ...['-kernel', crcGuest(blocks, 'system', quick)],
    ],
    plugins: { libinsn: pluginFile('scoreboard'), libbb: pluginFile('block-scoreboard') },
  }));
}

function pluginOptions(work: Work, variant: (typeof variants)[number]): readonly string[] {
  if (!('plugin' in variant)) return [];
  const file = realpathSync(work.plugins[variant.plugin]);
  return ['-plugin', variant.inline ? `${file},inline=on` : file];
}

/** User and system time from start to end; bash has it to the millisecond. */
async function cpuSeconds(work: Work, options: readonly string[]): Promise<number> {
  const { program, args } = work;
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" >/dev/null 2>&1';
  const { stderr } = await promisify(execFile)(
    'bash',
    ['-c', script, 'bash', program.file, ...program.args, ...options, ...args],
    { env: { ...process.env, ...program.env, LC_ALL: 'C' }, timeout: 120_000 },
  );
  const [user = Number.NaN, system = Number.NaN] = stderr.trim().split(' ').map(Number);
  if (!(user + system > 0)) throw new Error(`no times of ${work.name}: ${stderr}`);
  return user + system;
}
