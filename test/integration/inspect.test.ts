import { describe, expect, test } from 'vitest';
import {
  blockLayouts,
  installedPluginFile,
  layoutName,
  layouts,
  pluginFile,
} from '../fixtures/cache.ts';
import { startFixed } from '../fixtures/fixed.ts';
import { startGuest } from '../fixtures/guest.ts';
import { startHarts } from '../fixtures/harts.ts';
import { icount } from '../fixtures/icount.ts';
import { inspection } from '../fixtures/inspection.ts';
import { readWord } from '../fixtures/poke.ts';
import { startProgram } from '../fixtures/program.ts';
import { startSpin } from '../fixtures/running.ts';
import { tracerOf, whenUndisturbed, whenWorking } from '../fixtures/undisturbed.ts';
import { until } from '../fixtures/until.ts';

const struct = ['inline_count', 'counts', 'max_cpus'] as const;
const expectations = {
  scalar: { stride: 'none', harts: 1, variables: ['insn_count'] },
  'array-with-pc': { stride: '16 bytes', harts: 4, variables: ['inline_insn_count', 'counts'] },
  array: { stride: '8 bytes', harts: 4, variables: ['inline_insn_count', 'counts'] },
  scoreboard: { stride: '8 bytes', harts: 4, variables: ['insn_count'] },
  'block-scalar': { stride: 'none', harts: 1, variables: ['insn_count', 'bb_count'] },
  'block-struct-5.2': { stride: 'none', harts: 4, variables: struct },
  'block-struct': { stride: 'none', harts: 4, variables: struct },
  'block-scoreboard': { stride: '16 bytes', harts: 4, variables: ['insn_count', 'bb_count'] },
} as const;

const sources = { full: 'debug information', stripped: 'symbol table' } as const;

describe.each([...layouts, ...blockLayouts])('inspect, layout %s', (layout) => {
  test.each(['full', 'stripped'] as const)('says what was found, symbols %s', async (symbols) => {
    const { stride, harts, variables } = expectations[layout];
    const plugin = pluginFile(layout, symbols);
    await using guest = await startHarts(layout, { inline: false, smp: harts, symbols });

    const facts = await inspection(guest.pid);

    expect(facts.get('process')).toBe(`${guest.pid}`);
    expect(facts.get('QEMU')).toMatch(/qemu-system-riscv64$/);
    expect(facts.get('plugin')).toBe(plugin);
    expect(facts.get('build-id')).toMatch(/^[0-9a-f]{40}$/);
    expect(facts.get('layout')).toBe(layoutName(layout));
    expect(facts.get('kind')).toMatch(layout.startsWith('block-') ? /^libbb: / : /^libinsn: /);
    for (const name of [...variables, 'do_inline']) {
      expect(facts.get(name)).toMatch(/^0x[0-9a-f]+, \d+ bytes?\b/);
      expect(facts.get(name)).toContain(`(${sources[symbols]})`);
    }
    expect(facts.get('mode')).toBe('percpu');
    expect(facts.get('stride')).toBe(stride);
    expect(facts.get('vCPUs')).toBe(`${harts}`);
    const { perVcpu, total } = await guest.end();
    expect(facts.get('total')).toBe(total?.toLocaleString('en-US'));
    for (const [cpu, count] of perVcpu) {
      expect(facts.get(`cpu ${cpu}`)).toBe(count.toLocaleString('en-US'));
    }
  });
});

test('inspect: the address is that of the counter, in the memory of the process', async () => {
  await using guest = await startFixed(pluginFile('array-with-pc'), false);

  const facts = await inspection(guest.pid);

  expect(await readWord(guest.pid, BigInt(facts.get('address') ?? ''))).toBe(2_000_020n);
});

test('inspect resolves the libinsn of the QEMU that is installed', async () => {
  await using guest = startGuest({
    qemu: 'qemu-system-riscv64',
    plugin: installedPluginFile(),
    inline: true,
    guest: 'harts-small',
  });
  await guest.whenSettled();

  expect((await inspection(guest.pid)).get('total')).toBe('100,011');
});

test('inspect leaves the guest running', async () => {
  await using guest = await startSpin();

  await inspection(guest.pid);

  await whenWorking(guest.pid);
});

describe('inspect --no-attach', () => {
  test('answers for a guest that another debugger has, and leaves that alone', async () => {
    await using guest = await startFixed();
    const attached = await inspection(guest.pid);
    await using debuggerOfOthers = startProgram(['gdb', '-nx', '-q', '-p', `${guest.pid}`]);
    await until('the other debugger', () => tracerOf(guest.pid) !== 0);

    const facts = await inspection(guest.pid, '--no-attach');

    expect(tracerOf(guest.pid)).toBe(debuggerOfOthers.pid);
    expect(facts.get('mode')).toMatch(/^inline \(by the command line/);
    for (const name of ['plugin', 'build-id', 'layout', 'counts', 'load bias', 'address']) {
      expect(facts.get(name)).toBe(attached.get(name));
    }
    expect(facts.has('total')).toBe(false);
  });

  test('answers for a guest that is stopped, and leaves it so', async () => {
    await using guest = await startSpin();
    guest.child.kill('SIGSTOP');

    const { status, stdout } = await icount(['inspect', guest.pid, '--no-attach']);

    expect(status).toBe(0);
    expect(stdout).toMatch(/^layout +array$/m);
    // It would not answer this if it had been resumed in between.
    const refused = await icount(['inspect', guest.pid]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`process ${guest.pid} is stopped`);
    guest.child.kill('SIGCONT');
    await whenUndisturbed(guest.pid);
  });
});
