import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQemuCommand, qemuArguments } from '../../src/qemu/command-line.js';

const USER = 'qemu-riscv64';
const SYSTEM = 'qemu-system-riscv64';

/** A plugin with one option string, as `file` and what it makes of `inline`. */
const plugins = (option: string) => parseQemuCommand([USER, '-plugin', option, './prog']).plugins;

describe('the executable', () => {
  test.each([
    ['qemu-riscv64', 'user', 'riscv64'],
    ['/usr/bin/qemu-x86_64-static', 'user', 'x86_64'],
    ['/opt/a b/qemu-aarch64_be', 'user', 'aarch64_be'],
    ['qemu-mipsn32el-binfmt-P', 'user', 'mipsn32el'],
    ['qemu-riscv64.real', 'user', 'riscv64'],
    ['qemu-system-riscv64', 'system', 'riscv64'],
    ['/usr/bin/qemu-system-x86_64-spice', 'system', 'x86_64'],
    ['./qemu-system-aarch64', 'system', 'aarch64'],
    ['qemu-system-newarch9', 'system', 'newarch9'],
    ['/usr/libexec/qemu-kvm', 'system', undefined],
    ['qemu-system', 'system', undefined],
    ['qemu-systematic', undefined, undefined],
    ['qemu-img', undefined, undefined],
    ['qemu-storage-daemon', undefined, undefined],
    ['qemu', undefined, undefined],
    ['/opt/qemu-riscv64/bin/simulator', undefined, undefined],
    ['my-qemu-riscv64', undefined, undefined],
    ['', undefined, undefined],
  ])('%j is %s, %s', (name, kind, architecture) => {
    expect(parseQemuCommand([name])).toEqual({
      kind,
      architecture,
      name: undefined,
      plugins: [],
      vcpus: undefined,
      singleThread: false,
    });
  });

  test('no arguments at all are nothing', () => {
    expect(parseQemuCommand([])).toMatchObject({ kind: undefined, plugins: [] });
  });
});

describe('the name', () => {
  test.each([
    [[SYSTEM, '-name', 'build-7'], 'build-7'],
    [[SYSTEM, '--name', 'guest=build-7,debug-threads=on'], 'build-7'],
    [[SYSTEM, '-name', 'process=x,guest=a,,b'], 'a,b'],
    [[SYSTEM, '-name', 'one', '-name', 'debug-threads=on', '-name', 'guest=two'], 'two'],
    [[SYSTEM, '-name', 'debug-threads=on'], undefined],
    [[SYSTEM, '-name'], undefined],
    [[SYSTEM], undefined],
    [[USER, '-plugin', '/x/libinsn.so', '/srv/jobs/crc', '-name', 'other'], 'crc'],
    [[USER, '--', './crc'], 'crc'],
    [[USER, '-L', '/sysroot', 'a\nb/c\nd'], 'c\nd'],
    [[USER, '-plugin', '/x/libinsn.so'], undefined],
  ])('of %j is %j', (argv, name) => {
    expect(parseQemuCommand(argv).name).toBe(name);
  });
});

// What a plugin that prints its arguments printed under QEMU 7.2.
describe('a plugin option', () => {
  test.each([
    ['file=/x/libinsn.so,inline=on', '/x/libinsn.so', [['inline', 'on']], true],
    ['/x/libinsn.so,inline=on', '/x/libinsn.so', [['inline', 'on']], true],
    ['/x/libinsn.so,inline', '/x/libinsn.so', [['inline', undefined]], true],
    ['/x/libinsn.so,inline=yes', '/x/libinsn.so', [['inline', 'yes']], true],
    ['/x/libinsn.so,inline=true', '/x/libinsn.so', [['inline', 'true']], true],
    ['/x/libinsn.so,inline=y', '/x/libinsn.so', [['inline', 'y']], true],
    ['/x/libinsn.so,inline=off', '/x/libinsn.so', [['inline', 'off']], false],
    ['/x/libinsn.so,inline=no', '/x/libinsn.so', [['inline', 'no']], false],
    ['/x/libinsn.so,inline=false', '/x/libinsn.so', [['inline', 'false']], false],
    ['/x/libinsn.so,noinline', '/x/libinsn.so', [['inline', 'off']], false],
    ['/x/libinsn.so,inline=maybe', '/x/libinsn.so', [['inline', 'maybe']], undefined],
    ['/x/libinsn.so,inline=', '/x/libinsn.so', [['inline', '']], undefined],
    ['/x/libinsn.so', '/x/libinsn.so', [], false],
    ['/x/libinsn.so,INLINE', '/x/libinsn.so', [['INLINE', undefined]], false],
    ['/x/libinsn.so,arg=inline', '/x/libinsn.so', [['inline', undefined]], true],
    ['/x/libinsn.so,arg=inline=off', '/x/libinsn.so', [['inline', 'off']], false],
    // The quotes of the manual's arg="inline" are the shell's; a plugin does not take them off.
    ['/x/libinsn.so,arg="inline"', '/x/libinsn.so', [['"inline"', undefined]], false],
    ['/x/libinsn.so,arg=on', '/x/libinsn.so', [['arg', 'on']], false],
    [
      '/x/libinsn.so,inline,match=a,,b,inline=off',
      '/x/libinsn.so',
      [
        ['inline', undefined],
        ['match', 'a,b'],
        ['inline', 'off'],
      ],
      false,
    ],
    ['/x/libinsn.so,id=me,inline', '/x/libinsn.so', [['inline', undefined]], true],
    ['/x/a,,b.so,inline', '/x/a,b.so', [['inline', undefined]], true],
    ['file=/x/a,,b.so', '/x/a,b.so', [], false],
    ['/x/p.so,,', '/x/p.so,', [], false],
    ['/x/p.so,', '/x/p.so', [], false],
    ['file=/x/a=b.so', '/x/a=b.so', [], false],
    [
      '/x/p.so,in,,line',
      '/x/p.so',
      [
        ['in', undefined],
        ['', undefined],
        ['line', undefined],
      ],
      false,
    ],
  ])('%s', (option, file, args, inline) => {
    expect(plugins(option)).toEqual([
      { file, args: args.map(([key, value]) => ({ key, value })), inline },
    ]);
  });

  test.each(['', ',', '/x/a=b.so', 'inline=on', 'file=', 'inline=on,id=x'])(
    '%j names no file that QEMU would load',
    (option) => {
      expect(plugins(option)).toEqual([]);
    },
  );

  test('a file that comes twice is one plugin with the arguments of both', () => {
    expect(plugins('/a.so,x=1,file=/b.so,y=2,file=/a.so,inline')).toEqual([
      {
        file: '/a.so',
        args: [
          { key: 'x', value: '1' },
          { key: 'inline', value: undefined },
        ],
        inline: true,
      },
      { file: '/b.so', args: [{ key: 'y', value: '2' }], inline: false },
    ]);
  });
});

test.each<[string, readonly string[], readonly string[]]>([
  ['/usr/bin/qemu-riscv64', ['whatever', '-plugin'], ['/usr/bin/qemu-riscv64', '-plugin']],
  ['/opt/emulator', ['qemu-system-arm', '-smp'], ['qemu-system-arm', '-smp']],
  ['/opt/.qemu-arm-wrapped', ['a', '-g'], ['/opt/.qemu-arm-wrapped', '-g']],
  [
    '/lib64/ld-linux-x86-64.so.2',
    ['/lib64/ld-linux-x86-64.so.2', '--library-path', '/l', '/opt/qemu-arm', '-plugin', 'a.so'],
    ['/opt/qemu-arm', '-plugin', 'a.so'],
  ],
  [
    '/opt/emulator',
    ['emulator', '-plugin', 'a.so', './qemu-arm'],
    ['/opt/emulator', '-plugin', 'a.so', './qemu-arm'],
  ],
  ['/opt/emulator', [], ['/opt/emulator']],
])('of %s with the arguments %j, those of QEMU are %j', (executable, argv, expected) => {
  expect(qemuArguments(executable, argv)).toEqual(expected);
});

test('an executable of another name is read as both kinds', () => {
  const command = parseQemuCommand(['emulator', '-plugin', 'a.so', '-smp', '2'], {
    QEMU_PLUGIN: 'b.so',
  });
  expect(command).toMatchObject({ kind: undefined, vcpus: 2 });
  expect(command.plugins.map(({ file }) => file)).toEqual(['b.so', 'a.so']);
});

test('no command line makes it throw', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '-plugin',
      '--plugin',
      '-smp',
      '-M',
      '--',
      '-',
      '-cpu',
      ',',
      '=',
      ',,',
      'inline',
    ),
    fc.constantFrom('file=', 'arg=', 'cpus=', 'smp.cpus=', 'maxcpus=', '0x', '-'),
    fc.string({ unit: 'binary' }),
  );
  const argument = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
  const executable = fc.oneof(fc.constantFrom(USER, SYSTEM, 'qemu-kvm', '__proto__'), argument);
  fc.assert(
    fc.property(executable, fc.array(argument), fc.option(argument), (name, args, variable) => {
      const environment = variable === null ? {} : { QEMU_PLUGIN: variable };
      const { plugins, vcpus } = parseQemuCommand([name, ...args], environment);
      expect(plugins.every(({ file }) => file !== '')).toBe(true);
      expect(vcpus ?? 1).toBeGreaterThan(0);
    }),
    { numRuns: 2000 },
  );
});

test.each([',', 'a', 'a,', ',,', '=', '-', '0', 'file=a,', ' '])(
  'a megabyte of %j takes no time',
  (text) => {
    const long = text.repeat(1_000_000 / text.length);
    const started = performance.now();
    parseQemuCommand([long, '-plugin', long, '-smp', long, '-M', long], { QEMU_PLUGIN: long });
    parseQemuCommand([USER, '-plugin', long, long]);
    expect(performance.now() - started).toBeLessThan(10_000);
  },
);
