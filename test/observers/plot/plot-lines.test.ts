import { expect, test } from 'vitest';
import { PlotLines } from '../../../src/observers/plot/plot-lines.js';
import { gap, info, sample, stopped, vcpu } from '../rows/events.js';
import { pathsIn, wellFormed } from './svg-reader.js';

test('a run without a sample has no chart', () => {
  const plot = new PlotLines();
  plot.start(info);
  plot.tick(info.pid, gap(1, 'gdb is gone'));
  expect(plot.svg()).toBeUndefined();
});

test('the line of the total breaks where there was no value', () => {
  const plot = new PlotLines();
  plot.start(info);
  plot.tick(info.pid, sample(1, 1, 1, 1_000_000n, 1n));
  plot.tick(info.pid, gap(2, 'gdb is gone'));
  plot.tick(info.pid, stopped(3));
  plot.tick(info.pid, sample(2, 4, 3, 3_000_000n, 4n));

  const svg = plot.svg() ?? '';

  wellFormed(svg);
  const { main } = pathsIn(svg);
  // 860 px for 4 s: from 0 to 1 s, and from 3 to 4 s.
  expect(main.split('M').slice(1)).toEqual(['0 0H215', '645 0H860']);
  expect(svg).toContain('<rect class="gap" x="215" y="0" width="430" height="320"/>');
});

test('each vCPU has a line from when it began to count', () => {
  const plot = new PlotLines();
  plot.start({ ...info, vcpuLabel: (index) => (index === 0 ? '0+8' : String(index)) });
  plot.tick(info.pid, sample(1, 1, 1, 10n, 10n, [vcpu(0, 10n, 10n)]));
  plot.tick(info.pid, sample(2, 2, 1, 20n, 30n, [vcpu(0, 10n, 20n), vcpu(1, 10n, 10n)]));

  const svg = plot.svg() ?? '';

  wellFormed(svg);
  expect(pathsIn(svg).lines.map((path) => path.split(' ')[0])).toEqual(['M0', 'M430']);
  expect(svg).toContain('>cpu 0+8<');
});

test('a lone vCPU is the total, and has no line of its own', () => {
  const plot = new PlotLines();
  plot.start(info);
  plot.tick(info.pid, sample(1, 1, 1, 10n, 10n, [vcpu(0, 10n, 10n)]));
  expect(pathsIn(plot.svg() ?? '').lines).toEqual([]);
});

test('several guests have a line each, in the order of their pids', () => {
  const plot = new PlotLines();
  for (const pid of [30, 4]) {
    plot.start({ ...info, pid });
    plot.tick(pid, sample(1, 1, 1, 10n, 10n));
  }
  const svg = plot.svg() ?? '';
  wellFormed(svg);
  expect(pathsIn(svg).lines).toHaveLength(2);
  expect(svg).toMatch(/qemu-system-riscv64 4<[\s\S]*qemu-system-riscv64 30</);
});

test('names that a guest chose are text', () => {
  const plot = new PlotLines();
  plot.start({ ...info, qemu: '/tmp/<b>"&\'\u001b[31mqemu' });
  plot.tick(info.pid, sample(1, 1, 1, 10n, 10n));
  const svg = plot.svg() ?? '';
  wellFormed(svg);
  expect(svg).toContain('&lt;b&gt;&quot;&amp;&apos;\\x1b[31mqemu, process 4711');
});

test('a guest that comes later begins later, also one with a pid that was there before', () => {
  const plot = new PlotLines();
  plot.start({ ...info, pid: 1 });
  plot.tick(1, sample(1, 1, 1, 10n, 10n));
  plot.tick(1, sample(2, 4, 3, 10n, 10n));
  for (const joinedNs of [1e9, 3e9]) {
    plot.start({ ...info, pid: 2, joinedNs });
    plot.tick(2, sample(1, 1, 1, 10n, 10n));
  }
  const svg = plot.svg() ?? '';

  wellFormed(svg);
  // 860 px for 4 s.
  expect(pathsIn(svg).lines.map((path) => path.split(' ')[0])).toEqual(['M0', 'M215', 'M645']);
});
