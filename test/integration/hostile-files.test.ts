import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { seededRandom } from '../elf/mutate.ts';
import { temporaryDirectory } from '../fixtures/directory.ts';
import { copyPlugin, startFixed } from '../fixtures/fixed.ts';
import { startGuest } from '../fixtures/guest.ts';
import { icount } from '../fixtures/icount.ts';
import { startMarked } from '../fixtures/marked-run.ts';
import { asUser, somebody } from '../fixtures/users.ts';

/** Set ICOUNT_FUZZ_SEED to the seed of a failure to see it again. */
const { ICOUNT_FUZZ_SEED: givenSeed } = process.env;
const seed = Number(givenSeed ?? Date.now() % 2 ** 32);

/** Sections that the loader does not need: QEMU runs with them as they are. */
const sections = ['.debug_info', '.debug_abbrev', '.debug_line', '.symtab', '.strtab'] as const;

test.each(sections)(`a plugin with a corrupt %s (seed ${seed})`, async (section) => {
  using directory = temporaryDirectory();
  const random = seededRandom(seed);
  for (let cycle = 0; cycle < 3; cycle += 1) {
    const plugin = copyPlugin(join(directory.path, `libinsn-${cycle}.so`));
    corrupt(plugin, section, random);
    await using guest = await startFixed(plugin);
    await using run = startMarked(['inspect', guest.pid]);
    const { status, stderr } = await run.whenEnded();

    expect(stderr).not.toContain('this is a bug');
    expect([0, 1, 5, 6], stderr).toContain(status);
    if (status !== 0) expect(stderr).toMatch(/^icount-gdb: \S/m);
    await run.whenNothingIsLeft();
  }
});

test('a plugin with a section header table of garbage', async () => {
  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, 'libinsn.so'));
  const bytes = readFileSync(plugin);
  // e_shoff and what follows it (elf(5)): nowhere, and very many.
  bytes.writeBigUInt64LE(0xffff_ffff_ffff_fff0n, 40);
  bytes.writeUInt16LE(0xffff, 60);
  writeFileSync(plugin, bytes);
  await using guest = await startFixed(plugin);
  const { status, stderr } = await icount([guest.pid]);

  expect(status).toBe(6);
  expect(stderr).toMatch(/^icount-gdb: can't resolve the counters in /);
});

test.each([
  { what: 'a FIFO', put: (file: string) => execFileSync('mkfifo', [file]) },
  { what: 'a link to a terminal', put: (file: string) => symlinkSync('/dev/tty', file) },
  { what: 'a link to a device', put: (file: string) => symlinkSync('/dev/zero', file) },
  { what: 'a link to a file of root', put: (file: string) => symlinkSync('/etc/shadow', file) },
])("root without CAP_SYS_ADMIN meets $what in the plugin's place", async ({ put }) => {
  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, 'libinsn.so'));
  await using guest = await startTheirs(plugin);
  rmSync(plugin);
  put(plugin);
  const { status, stdout, stderr } = await icount([guest.pid], { behind: asRootInContainer });

  expect(status, stderr).toBe(6);
  expect(stdout).toBe('');
  expect(stderr).toContain('it was deleted or replaced');
});

test('root says so when it can only take the file by its name, in a place of somebody else', async () => {
  using directory = temporaryDirectory();
  const plugin = copyPlugin(join(directory.path, 'libinsn.so'));
  await using guest = await startTheirs(plugin);
  renameSync(copyPlugin(join(directory.path, 'copy')), plugin);
  const { status, stderr } = await icount([guest.pid, '-i', '10ms', '-n', 1], {
    behind: asRootInContainer,
  });

  expect(status, stderr).toBe(0);
  expect(stderr).toContain(
    `icount-gdb: ${plugin} was opened by its name, in a place of user ${somebody.uid}: `,
  );
});

test('root in a container, without CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN, watches any guest', async () => {
  using directory = temporaryDirectory();
  await using guest = await startTheirs(copyPlugin(join(directory.path, 'libinsn.so')));
  const { status, stderr } = await icount([guest.pid, '-i', '10ms', '-n', 3], {
    behind: asRootInContainer,
  });

  expect(status, stderr).toBe(0);
  expect(stderr).not.toContain('icount-gdb: ');
});

const dropped = ['bpf', 'perfmon', 'sys_admin', 'checkpoint_restore'];
const asRootInContainer = [
  'setpriv',
  `--bounding-set=${dropped.map((name) => `-${name}`).join(',')}`,
  `--inh-caps=${dropped.map((name) => `-${name}`).join(',')}`,
  '--',
];

async function startTheirs(plugin: string) {
  const guest = startGuest({
    qemu: 'qemu-riscv64',
    plugin,
    inline: true,
    guest: 'fixed',
    // What belongs to root otherwise: the report.
    qemuArgs: ['-D', '/dev/null'],
    behind: asUser(somebody),
  });
  await guest.whenSettled();
  return guest;
}

/** Overwrites a tenth of a section, or a few bytes of it, with random ones. */
function corrupt(file: string, name: string, random: (below: number) => number): void {
  const bytes = readFileSync(file);
  const line = execFileSync('readelf', ['-SW', file], { encoding: 'utf8' })
    .split('\n')
    .find((text) => text.includes(` ${name} `));
  const [offset = 0, size = 0] = (line?.split(/ +[0-9a-f]{16} /)[1] ?? '')
    .split(' ')
    .map((text) => Number.parseInt(text, 16));
  const writes = random(2) === 0 ? 5 : Math.max(5, Math.floor(size / 10));
  for (let write = 0; write < writes; write += 1) {
    bytes[offset + random(size)] = random(256);
  }
  writeFileSync(file, bytes);
}
