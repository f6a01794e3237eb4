import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { cost } from './cost.ts';
import { ending } from './ending.ts';
import { type Figure, Figures, type NotMeasured } from './figure.ts';
import { fleet } from './fleet.ts';
import { growth } from './growth.ts';
import { pluginCost } from './plugin-cost.ts';
import { reading } from './reading.ts';
import { sampling } from './sampling.ts';
import { speed } from './speed.ts';
import { starting } from './starting.ts';
import { stopping } from './stopping.ts';
import { tableHead, tableRow } from './table.ts';
import { benchGdb } from './tool.ts';

type Part = (figures: Figures, quick: boolean) => Promise<void>;

/** In the order in which they are measured; each interleaves its own variants. */
const parts: Readonly<Record<string, Part>> = {
  speed,
  stopping,
  reading,
  sampling,
  ending,
  cost,
  starting,
  growth,
  fleet,
  plugins: pluginCost,
};

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
  },
});

const started = performance.now();
const about = {
  date: new Date().toISOString(),
  quick: options.quick,
  machine: {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
  },
  versions: {
    node: process.versions.node,
    gdb: versionOf(benchGdb),
    'qemu-riscv64': versionOf('qemu-riscv64'),
    'qemu-system-riscv64': versionOf('qemu-system-riscv64'),
    bpftrace: versionOf('bpftrace'),
  },
  loadBefore: Number(readFileSync('/proc/loadavg', 'utf8').split(' ', 1)[0]),
};
print(
  `${about.date}, ${about.machine.cores} × ${about.machine.cpu}, Linux ${about.machine.kernel}`,
);
print(
  Object.entries(about.versions)
    .map((entry) => entry.join(' '))
    .join(', '),
);
if (about.loadBefore > 0.5) {
  print(`The machine is not quiet (load ${about.loadBefore}): take these figures with care.`);
}

const figures: Figure[] = [];
const notMeasured: NotMeasured[] = [];
const failed: string[] = [];
const chosen = options.only?.split(',') ?? Object.keys(parts);
for (const name of chosen) {
  const part = parts[name];
  if (part === undefined) throw new Error(`no part ${name}: ${Object.keys(parts).join(', ')}`);
  print(`\n${name}\n${tableHead()}`);
  const own = new Figures(name, (figure) => print(tableRow(figure)));
  try {
    await part(own, options.quick);
  } catch (error) {
    failed.push(name);
    own.skip(name, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  figures.push(...own.figures);
  notMeasured.push(...own.notMeasured);
}

for (const { name, reason } of notMeasured) print(`\nnot measured: ${name}: ${reason}`);
const missed = figures.filter(({ met }) => met === false);
const judged = figures.filter(({ met }) => met !== undefined);
const seconds = Math.round((performance.now() - started) / 1000);
const met = `${judged.length - missed.length} of ${judged.length} targets met, `;
print(`\n${judged.length > 0 ? met : ''}in ${seconds} s`);
if (options.json !== undefined) {
  const result = { ...about, seconds, figures, notMeasured };
  writeFileSync(options.json, `${JSON.stringify(result, undefined, 2)}\n`);
}
// A target that is missed is a result; what could not be run is a failure.
process.exitCode = failed.length === 0 ? 0 : 1;

function versionOf(program: string): string {
  try {
    const text = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: 'pipe' });
    return (
      /v?(\d+(?:\.\d+)+)/.exec(text.split('\n', 1)[0]?.replace(/\(.*\)/, '') ?? '')?.[1] ??
      'unknown'
    );
  } catch {
    return 'missing';
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
