import { describe, expect, test } from 'vitest';
import { parseQemuCommand } from '../../src/qemu/command-line.js';

const USER = 'qemu-riscv64';
const SYSTEM = 'qemu-system-riscv64';

describe('in user mode', () => {
  const files = (...args: string[]) =>
    parseQemuCommand([USER, ...args]).plugins.map(({ file }) => file);

  test('options end at the guest program', () => {
    expect(files('-plugin', 'a.so', './prog', '-plugin', 'b.so')).toEqual(['a.so']);
  });

  test('options end at --', () => {
    expect(files('-plugin', 'a.so', '--', '-plugin', 'b.so')).toEqual(['a.so']);
  });

  test.each('g L s cpu E U 0 r B R t d dfilter D p tb-size seed trace'.split(' '))(
    'the argument of -%s is not the program, nor an option',
    (name) => {
      expect(files(`-${name}`, 'value', '--plugin', 'a.so', './prog')).toEqual(['a.so']);
      expect(files(`-${name}`, '-plugin', '-plugin', 'a.so', './prog')).toEqual(['a.so']);
    },
  );

  test.each(['strace', 'one-insn-per-tb', 'singlestep', 'perfmap', 'jitdump', 'xtensa-abi-call0'])(
    '-%s has no argument',
    (name) => {
      expect(files(`-${name}`, '-plugin', 'a.so', './prog')).toEqual(['a.so']);
      expect(files(`-${name}`, './prog', '-plugin', 'a.so')).toEqual([]);
    },
  );

  test('-plugin=x is no option', () => {
    expect(files('-plugin=a.so', './prog')).toEqual([]);
  });

  test('an option without its argument is nothing', () => {
    expect(files('-plugin')).toEqual([]);
    expect(files('-cpu')).toEqual([]);
  });

  test('QEMU_PLUGIN comes before the options', () => {
    const argv = [USER, '-plugin', '/x/libinsn.so,inline=off', './prog'];
    const { plugins } = parseQemuCommand(argv, { QEMU_PLUGIN: '/x/libinsn.so,inline=on' });
    expect(plugins.map(({ inline }) => inline)).toEqual([false]);
    expect(parseQemuCommand([USER, './prog'], { QEMU_PLUGIN: 'a.so,inline' }).plugins).toEqual([
      { file: 'a.so', args: [{ key: 'inline', value: undefined }], inline: true },
    ]);
  });

  test("the guest's -smp is the guest's business", () => {
    expect(parseQemuCommand([USER, './prog', '-smp', '4']).vcpus).toBeUndefined();
  });
});

describe('in system mode', () => {
  test('plugins are anywhere between other options and disk images', () => {
    const { plugins } = parseQemuCommand([
      ...[SYSTEM, '-M', 'virt', 'disk.img', '-plugin', 'a.so,inline', '-append', 'quiet'],
      ...['--plugin', 'b.so'],
    ]);
    expect(plugins.map(({ file, inline }) => [file, inline])).toEqual([
      ['a.so', true],
      ['b.so', false],
    ]);
  });

  test('QEMU_PLUGIN is nothing', () => {
    expect(parseQemuCommand([SYSTEM], { QEMU_PLUGIN: 'a.so' }).plugins).toEqual([]);
  });

  // As `info cpus` of QEMU 7.2 lists them for those without maxcpus.
  test.each([
    [['-smp', '4'], 4],
    [['--smp', '4'], 4],
    [['-smp', 'cpus=4'], 4],
    [['-smp', '2,maxcpus=6'], 2],
    [['-smp', 'maxcpus=6,cores=2'], 6],
    [['-smp', 'maxcpus=6'], 6],
    [['-smp', '4,sockets=2,cores=2'], 4],
    [['-smp', 'sockets=2,cores=2'], 4],
    [['-smp', 'sockets=2,dies=2,clusters=2,modules=2,cores=2,threads=2'], 64],
    [['-smp', 'drawers=3,books=5'], 15],
    [['-smp', '010'], 8],
    [['-smp', '0x3'], 3],
    [['-smp', ' +4'], 4],
    [['-smp', '3,cpus=2'], 2],
    [['-smp', '2', '-smp', 'cores=2'], 2],
    [['-smp', '2', '-smp', '3'], 3],
    [['-smp', '0,cores=2'], 2],
    [['-M', 'virt,smp.cpus=3'], 3],
    [['-M', 'virt,smp.cpus=3', '-smp', '2'], 2],
    [['-smp', '2', '-machine', 'virt,smp.cpus=3'], 3],
    [['-machine', 'type=virt,smp.sockets=2'], 2],
    [['-M', 'smp.cpus=2'], 2],
    [['-M', 'virt,cpus=3'], undefined],
    [['-plugin', 'a.so,cpus=3'], undefined],
    [[], undefined],
    [['-smp'], undefined],
    [['-smp', ''], undefined],
    [['-smp', '0'], undefined],
    [['-smp', '-4'], undefined],
    [['-smp', 'four'], undefined],
    [['-smp', '4.5'], undefined],
    [['-smp', '1e3'], undefined],
    [['-smp', '99999999999999999999'], undefined],
    [['-smp', 'sockets=100000,cores=100000'], undefined],
    [['-smp', 'sockets=2,cores=x'], undefined],
  ])('%j begins with %s vCPUs', (args, expected) => {
    expect(parseQemuCommand([SYSTEM, ...args]).vcpus).toBe(expected);
  });
});

test.each([
  [['-icount', 'shift=0'], true],
  [['-accel', 'tcg,thread=single'], true],
  [['-accel', 'tcg,thread=multi'], false],
  [['-accel', 'tcg,thread=single', '-accel', 'tcg,thread=multi'], false],
  [['-accel', 'tcg'], false],
  [['-append', 'icount'], false],
  [[], false],
])('with %j one thread runs all vCPUs: %s', (args, expected) => {
  expect(parseQemuCommand([SYSTEM, ...args]).singleThread).toBe(expected);
});
