import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { icount, startIcount } from '../fixtures/icount.ts';
import { inspection } from '../fixtures/inspection.ts';
import { countLines } from '../fixtures/records.ts';

const virt = ['-M', 'virt', '-cpu', 'rv64'];

/** A machine as the options make it; its harts work a little every 10 ms. */
async function startMachine(inline: boolean, ...machine: readonly string[]): Promise<Guest> {
  const guest = startGuest({
    qemu: 'qemu-system-riscv64',
    plugin: pluginFile('array'),
    inline,
    guest: 'harts-busy',
    machine,
  });
  await guest.whenRunning();
  return guest;
}

/** What each command says of the number of vCPUs, and of what it means for the counts. */
async function told(guest: Guest) {
  const [list, facts, doctor, poll] = [
    await icount(['list', '-f', 'jsonl']),
    await inspection(guest.pid),
    await icount(['doctor', guest.pid]),
    await icount([guest.pid, '-i', '10ms', '-n', 5]),
  ];
  const listed = list.stdout
    .split('\n')
    .filter((line) => line.includes(`"pid":${guest.pid},`))
    .map((line): unknown => JSON.parse(line).vcpus);
  const [header = ''] = poll.stdout.split('\n');
  return {
    list: listed[0],
    inspect: facts.get('vCPUs'),
    doctor: /atomicity|8 slots/.exec(doctor.stdout)?.[0],
    columns: header.match(/cpu\S+/g)?.join(' '),
    notices: poll.stderr.match(/atomicity|8 slots for \d+/g)?.join(' '),
  };
}

test.each([
  ['two, of sixteen that could be', false, [...virt, '-smp', '2,maxcpus=8'], 2, 'cpu0 cpu1'],
  ['the number of the board', false, ['-M', 'sifive_u'], 2, undefined],
  ['one, where nothing is said', false, virt, 1, 'cpu0'],
])('vCPUs with counters of their own: %s', async (_, inline, machine, count, columns) => {
  await using guest = await startMachine(inline, ...machine);

  const said = await told(guest);

  expect(said).toMatchObject({ list: count, inspect: String(count), notices: undefined });
  if (columns !== undefined) expect(said.columns).toBe(columns);
});

test.each([
  ['-accel tcg,thread=single', ['-smp', '4', '-accel', 'tcg,thread=single']],
  ['-icount', ['-smp', '4', '-icount', 'shift=1']],
])(
  'one thread runs all vCPUs with %s: nothing is lost, and nothing is said',
  async (_, options) => {
    await using guest = await startMachine(true, ...virt, ...options);

    expect(await told(guest)).toEqual({
      list: 4,
      inspect: '4',
      doctor: undefined,
      columns: undefined,
      notices: undefined,
    });
  },
);

test('a board and a configuration file bring vCPUs that the command line does not name', async () => {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'machine.conf');
  writeFileSync(file, '[smp-opts]\n  cpus = "3"\n');
  const lossy = { doctor: 'atomicity', notices: 'atomicity', columns: undefined };

  await using board = await startMachine(true, '-M', 'sifive_u');
  expect(await told(board)).toEqual({ ...lossy, list: 2, inspect: '2' });
  await using configured = await startMachine(true, ...virt, '-readconfig', file);
  expect(await told(configured)).toEqual({ ...lossy, list: 3, inspect: '3' });
});

test('a QEMU of another name is told by what it was called, and counted whatever it is called', async () => {
  using directory = temporaryDirectory();
  const emulator = join(directory.path, 'emulator');
  const start = async (name: string): Promise<Guest> => {
    const guest = startGuest({
      qemu: 'qemu-riscv64',
      plugin: pluginFile('array'),
      inline: true,
      guest: 'late-threads',
      args: ['3'],
      behind: ['bash', '-c', called(name, emulator), 'bash'],
    });
    await guest.whenSaid('alone\n');
    guest.child.kill('SIGUSR1');
    await guest.whenSaid('together\n');
    return guest;
  };

  for (const [name, architecture] of [
    ['qemu-riscv64', 'riscv64'],
    ['emulator', null],
  ] as const) {
    await using guest = await start(name);
    expect(await told(guest)).toMatchObject({ list: 4, inspect: '4', notices: 'atomicity' });
    const list = await icount(['list', '-f', 'jsonl']);
    const line = list.stdout.split('\n').find((text) => text.includes(`"pid":${guest.pid},`));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ architecture });
  }
});

test('threads that come later give a column its name, and the caveat is told once', async () => {
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array'),
    inline: false,
    guest: 'late-threads',
    args: ['12'],
  });
  await guest.whenSaid('alone\n');
  await using run = startIcount([guest.pid, '-i', '20ms']);
  await run.whenWritten('rows', (stdout) => countLines(stdout) > 4);
  expect(run.stderr).toBe('');

  guest.child.kill('SIGUSR1');
  await run.whenWritten('the names of the columns', (stdout) => stdout.includes('cpu4+12'));
  const { stdout, stderr } = await run.interrupt();

  const headers = stdout.split('\n').filter((line) => line.includes('MIPS'));
  expect(headers[0]).toMatch(/ cpu0$/);
  expect(headers.at(-1)).toMatch(/ cpu0\+8 +cpu1\+9 +cpu2\+10 +cpu3\+11 +cpu4\+12 +cpu5 +/);
  expect(stderr.match(/8 slots for 13 vCPUs/g)).toHaveLength(1);
  expect(stderr).toContain('on cpu 4+12');
});

test('threads that add to one counter from some moment on: it is told then, and once', async () => {
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('scalar'),
    inline: true,
    guest: 'late-threads',
    args: ['2'],
  });
  await guest.whenSaid('alone\n');
  await using run = startIcount([guest.pid, '-i', '20ms', '-f', 'csv']);
  await run.whenWritten('rows', (stdout) => countLines(stdout) > 4);
  expect(run.stderr).toBe('');

  guest.child.kill('SIGUSR1');
  const before = countLines(run.stdout);
  await run.whenWritten('rows', (stdout) => countLines(stdout) > before + 40);

  expect((await run.interrupt()).stderr.match(/atomicity/g)).toHaveLength(1);
});

test('more threads than we may have files are counted all the same', async () => {
  await using guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin: pluginFile('array'),
    inline: false,
    guest: 'late-threads',
    args: ['100'],
  });
  await guest.whenSaid('alone\n');
  guest.child.kill('SIGUSR1');
  await guest.whenSaid('together\n');

  const run = await icount([guest.pid, '-i', '10ms', '-n', 2], {
    behind: ['prlimit', '--nofile=50'],
  });

  expect(run.status).toBe(0);
  expect(run.stderr).toContain('8 slots for 101 vCPUs');
  expect(run.stdout).toContain(' cpu0+8+...+96 ');
});

test('a vCPU that is plugged in makes a count lossy: it is told then, and once', async () => {
  await using guest = startGuest({
    qemu: 'qemu-system-s390x',
    plugin: pluginFile('array'),
    inline: true,
    guest: 's390x-plug',
  });
  await guest.whenRunning();
  await using run = startIcount([guest.pid, '-i', '20ms', '-f', 'csv']);
  await run.whenWritten('rows', (stdout) => countLines(stdout) > 4);
  expect(run.stderr).toBe('');

  for (const core of [1, 2]) {
    await guest.qmp('device_add', { driver: 'qemu-s390x-cpu', 'core-id': core });
    const before = countLines(run.stdout);
    await run.whenWritten('rows', (stdout) => countLines(stdout) > before + 30);
  }

  expect((await run.interrupt()).stderr.match(/2 vCPUs add to one counter/g)).toHaveLength(1);
  expect((await inspection(guest.pid)).get('vCPUs')).toBe('3');
});

/** A script that runs `env VARIABLE=… PROGRAM ARGUMENT…` with a copy of the program as `argv[0]`. */
function called(name: string, copy: string): string {
  const variables = 'shift; while [[ $1 == *=* ]]; do export "$1"; shift; done';
  return `${variables}; cp "$(command -v "$1")" ${copy}; shift; exec -a ${name} ${copy} "$@"`;
}
