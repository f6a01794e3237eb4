import { expect, test } from 'vitest';
import { glyphsFor } from '../../../src/observers/live/glyphs.js';
import type { LiveState } from '../../../src/observers/live/state.js';
import { type ViewOptions, view } from '../../../src/observers/live/view.js';

const state: LiveState = {
  title: 'qemu-system-riscv64, process 4711',
  subtitle: "libinsn's layout array, percpu; gdb 13.1; every 1 s",
  intervalNs: 1e9,
  elapsedNs: 3_725e9,
  nowMips: 100.5,
  trouble: undefined,
  totals: {
    insns: 372_500_000_000n,
    elapsedNs: 3_725e9,
    leastMips: 12.25,
    mostMips: 160,
    gaps: 2,
  },
  history: [...Array.from({ length: 100 }, (_, index) => index), undefined, undefined, 160, 100.5],
  parts: [10, 20, 30.25, 40.25].map((mips, index) => ({ label: `cpu ${index}`, mips })),
  notice: undefined,
};

const screen: ViewOptions = {
  width: 80,
  height: 24,
  colour: false,
  glyphs: glyphsFor('xterm'),
  paused: false,
  help: false,
  keys: true,
};

const many = Array.from({ length: 40 }, (_, index) => ({ label: `cpu ${index}`, mips: 2.5 }));

const screens: readonly {
  readonly name: string;
  readonly state?: Partial<LiveState>;
  readonly options?: Partial<ViewOptions>;
}[] = [
  { name: 'usual' },
  { name: 'colour', options: { colour: true } },
  { name: 'small', options: { width: 50, height: 10 } },
  { name: 'paused', options: { paused: true } },
  { name: 'help', options: { help: true } },
  { name: 'many', state: { parts: many } },
  { name: 'no-keys', options: { keys: false, glyphs: glyphsFor('linux') } },
  {
    name: 'stopped',
    state: {
      nowMips: undefined,
      trouble: 'the guest is stopped',
      notice: 'gdb was ended by SIGKILL; attached again with a new gdb',
    },
  },
  {
    name: 'beginning',
    state: {
      nowMips: undefined,
      elapsedNs: 0,
      totals: { insns: 0n, elapsedNs: 0, leastMips: undefined, mostMips: undefined, gaps: 0 },
      history: [],
      parts: [],
    },
  },
  {
    name: 'guests',
    state: {
      title: '2 guests',
      parts: [
        { label: '815', mips: 100.5 },
        { label: '4711', mips: undefined, state: 'the guest exited with status 0' },
      ],
    },
  },
];

test.each(screens)('the screen $name', async ({ name, ...changes }) => {
  const lines = view({ ...state, ...changes.state }, { ...screen, ...changes.options });
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/${name}.txt`);
});

test('a view fits any screen', () => {
  for (let width = 1; width < 120; width += 7) {
    for (let height = 1; height < 60; height += 1) {
      for (const help of [false, true]) {
        const lines = view({ ...state, parts: many }, { ...screen, width, height, help });
        expect(lines.length).toBeLessThanOrEqual(height);
        for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(width);
      }
    }
  }
});

test('what a guest chose can do nothing to the terminal', () => {
  const hostile = '\u001b[2J\u009b31m\u0007';
  const lines = view(
    { ...state, title: hostile, notice: hostile, nowMips: undefined, trouble: hostile },
    screen,
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});
