/**
 * What QEMU was told on its command line, as far as it bears on counting. All of it is a fallback
 * and a label: the process's memory is the truth, and a command line can be anything.
 *
 * Measured on QEMU 7.2's user and system emulators; older and newer forms are from the sources and
 * patches of linux-user/main.c, plugins/loader.c and hw/core/machine-smp.c.
 */

import { parseQemuOpts, type QemuOpt, toBoolean } from './opts.js';
import { type Option, parseVcpus } from './smp.js';

/** One plugin; QEMU loads a file once and puts the arguments of all its mentions together. */
export interface PluginOption {
  /** As given: it may be relative to the directory in which QEMU was started. */
  readonly file: string;
  /** The file that the name leads to, where that could be followed. */
  readonly realFile?: string;
  readonly args: readonly QemuOpt[];
  /** The counting plugins' switch; undefined for a value that they do not understand. */
  readonly inline: boolean | undefined;
}

/** The command line, understood. */
export interface QemuCommand {
  /** Undefined for an executable that is not named as QEMU's are. */
  readonly kind: 'user' | 'system' | undefined;
  /** The guest's, as QEMU names it: `riscv64`. */
  readonly architecture: string | undefined;
  /** `-name` in system mode, in user mode the file of the guest's program; without that undefined. */
  readonly name: string | undefined;
  readonly plugins: readonly PluginOption[];
  /**
   * The vCPUs to begin with in system mode. Undefined where nothing was said, and then it is the
   * machine's default: 1 for nearly all. User mode has one vCPU per guest thread.
   */
  readonly vcpus: number | undefined;
  /** One thread runs all of them: `-icount` needs that, and it can be asked for. */
  readonly singleThread: boolean;
}

/**
 * Options of linux-user that take an argument: `arg_table` in linux-user/main.c, all versions put
 * together. The newest are `tb-size` and `t`.
 */
const USER_OPTIONS_WITH_ARGUMENT: ReadonlySet<string> = new Set(
  'g L s cpu E U 0 r B R t d dfilter D p tb-size seed trace plugin'.split(' '),
);

/** Options of the system mode, each with an argument, that are of interest here. */
const SYSTEM_OPTIONS: ReadonlySet<string> = new Set(
  'plugin smp machine M accel icount name'.split(' '),
);

/** Targets of linux-user (configs/targets/*-linux-user.mak): `qemu-img` and others are none. */
const USER_ARCHITECTURES: ReadonlySet<string> = new Set(
  `aarch64 aarch64_be alpha arm armeb cris hexagon hppa i386 loongarch64 m68k microblaze
  microblazeel mips mips64 mips64el mipsel mipsn32 mipsn32el nios2 or1k ppc ppc64 ppc64abi32
  ppc64le riscv32 riscv64 s390x sh4 sh4eb sparc sparc32plus sparc64 tilegx x86_64 xtensa
  xtensaeb`.split(/\s+/),
);

/**
 * The arguments of a process from where QEMU's begin, with the name that tells most about it first.
 * That is its executable's, if that is called as QEMU's are. Else it is behind another name, and what
 * started it may have told (`exec -a`), or is the loader of the C library, with QEMU as an argument.
 */
export function qemuArguments(executable: string, argv: readonly string[]): readonly string[] {
  const isNamed = (path: string): boolean => parseExecutable(path).kind !== undefined;
  if (!isNamed(executable)) {
    const plugin = argv.findIndex((argument) => optionName(argument) === 'plugin');
    const at = argv.slice(0, plugin < 0 ? 1 : plugin).findIndex(isNamed);
    if (at >= 0) return argv.slice(at);
  }
  return [executable, ...argv.slice(1)];
}

/**
 * Understands QEMU's arguments (/proc/PID/cmdline, cut at NUL) and the variable that user mode
 * takes as one more `-plugin`. Never throws.
 */
export function parseQemuCommand(
  argv: readonly string[],
  environment: { readonly QEMU_PLUGIN?: string } = {},
): QemuCommand {
  const { kind, architecture } = parseExecutable(argv[0] ?? '');
  const { options, program } =
    kind === 'user' ? userOptions(argv) : { options: systemOptions(argv), program: undefined };
  const fromEnvironment = kind === 'system' ? undefined : environment.QEMU_PLUGIN;
  const plugins = [
    ...(fromEnvironment === undefined ? [] : [fromEnvironment]),
    ...options.filter(({ name }) => name === 'plugin').map(({ value }) => value),
  ];
  return {
    kind,
    architecture,
    name: kind === 'user' ? program?.slice(program.lastIndexOf('/') + 1) : parseName(options),
    plugins: parsePlugins(plugins),
    vcpus: kind === 'user' ? undefined : parseVcpus(options),
    singleThread: kind !== 'user' && isSingleThread(options),
  };
}

/**
 * Names as distributions make them: qemu-ARCH-static, qemu-system-ARCH-spice, qemu-kvm, and
 * .qemu-system-ARCH-wrapped.
 */
function parseExecutable(path: string): Pick<QemuCommand, 'kind' | 'architecture'> {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/^\./, '');
  const system = /^qemu-system(?:-(\w+))?(?!\w)/.exec(name);
  if (system !== null || /^qemu-kvm(?!\w)/.test(name)) {
    return { kind: 'system', architecture: system?.[1] };
  }
  const architecture = /^qemu-(\w+)/.exec(name)?.[1];
  return architecture !== undefined && USER_ARCHITECTURES.has(architecture)
    ? { kind: 'user', architecture }
    : { kind: undefined, architecture: undefined };
}

/** softmmu/vl.c: `guest=`, which may be left away; the last one counts. */
function parseName(options: readonly Option[]): string | undefined {
  return options
    .filter(({ name }) => name === 'name')
    .flatMap(({ value }) => parseQemuOpts(value, 'guest'))
    .findLast(({ key }) => key === 'guest')?.value;
}

/**
 * User mode: options end at the guest program, the first argument without a dash, or at `--`. An
 * option that is not in the table has no argument here; at worst the options end too early.
 */
function userOptions(argv: readonly string[]): {
  readonly options: readonly Option[];
  readonly program: string | undefined;
} {
  const options: Option[] = [];
  for (let index = 1; index < argv.length; index++) {
    const name = optionName(argv[index] ?? '');
    if (name === undefined || name === '-') {
      return { options, program: argv[name === undefined ? index : index + 1] };
    }
    if (USER_OPTIONS_WITH_ARGUMENT.has(name)) {
      index++;
      options.push({ name, value: argv[index] ?? '' });
    }
  }
  return { options, program: undefined };
}

/**
 * System mode: an option anywhere. What takes an argument differs from version to version, so only
 * the options of interest do here; `-append -smp` alone would be misread.
 */
function systemOptions(argv: readonly string[]): readonly Option[] {
  const options: Option[] = [];
  for (let index = 1; index < argv.length; index++) {
    const name = optionName(argv[index] ?? '');
    if (name !== undefined && SYSTEM_OPTIONS.has(name)) {
      index++;
      options.push({ name, value: argv[index] ?? '' });
    }
  }
  return options;
}

/** QEMU takes --name for -name; -name=value it does not know. */
function optionName(argument: string): string | undefined {
  if (!argument.startsWith('-')) {
    return undefined;
  }
  return argument === '--' ? '-' : argument.replace(/^--?/, '');
}

/** plugins/loader.c: `file=` begins a plugin, or goes on with it, and arguments follow theirs. */
function parsePlugins(options: readonly string[]): readonly PluginOption[] {
  const byFile = new Map<string, QemuOpt[]>();
  for (const option of options) {
    let args: QemuOpt[] | undefined;
    for (const { key, value } of parseQemuOpts(option, 'file')) {
      if (key === 'file' && value !== undefined && value !== '') {
        args = byFile.get(value) ?? [];
        byFile.set(value, args);
      } else if (key !== 'id') {
        args?.push(pluginArgument(key, value));
      }
    }
  }
  return [...byFile].map(([file, args]) => ({ file, args, inline: inlineOf(args) }));
}

/** Before 6.1 every argument was written `arg=…`; later ones still take it, if not for a boolean. */
function pluginArgument(key: string, value: string | undefined): QemuOpt {
  if (key !== 'arg' || value === undefined || toBoolean(value) !== undefined) {
    return { key, value };
  }
  const equals = value.indexOf('=');
  return equals === -1
    ? { key: value, value: undefined }
    : { key: value.slice(0, equals), value: value.slice(equals + 1) };
}

/** The last one counts, as in insn.c and bb.c. */
function inlineOf(args: readonly QemuOpt[]): boolean | undefined {
  const last = args.findLast(({ key }) => key === 'inline');
  return last === undefined ? false : toBoolean(last.value ?? 'on');
}

/** qemu_tcg_configure and qemu_configure_icount: `-accel tcg,thread=single`. The last one counts. */
function isSingleThread(options: readonly Option[]): boolean {
  if (options.some(({ name }) => name === 'icount')) return true;
  return (
    options
      .filter(({ name }) => name === 'accel')
      .flatMap(({ value }) => parseQemuOpts(value, 'accel'))
      .findLast(({ key }) => key === 'thread')?.value === 'single'
  );
}
