import { expect, test } from 'vitest';
import { pluginFile } from '../fixtures/cache.ts';
import { startExporter } from '../fixtures/exporter.ts';
import { type Guest, startGuest } from '../fixtures/guest.ts';
import { startPrometheus } from '../fixtures/prometheus.ts';
import { until } from '../fixtures/until.ts';

function start(name: string, guest: 'harts-busy' | 'harts', smp: number): Guest {
  return startGuest({
    qemu: 'qemu-system-riscv64',
    plugin: pluginFile('array'),
    inline: false,
    guest,
    smp,
    qemuArgs: ['-name', `guest=${name},debug-threads=on`],
  });
}

test('a real Prometheus has the rate, the restart and the final value of a guest', {
  timeout: 180_000,
}, async () => {
  await using exporter = await startExporter(['--all']);
  await using prometheus = await startPrometheus(exporter.url);
  await using settles = start('settles', 'harts', 2);
  const busy = start('"busy"', 'harts-busy', 2);
  try {
    await exporter.whenUp(busy.pid);
    await settles.whenSettled();

    // harts-busy.S: of 100 periods a second hart 0 works one round in each, hart 1 two.
    const perSecond = (cpu: number): string =>
      `rate(icount_guest_instructions_total{name="\\"busy\\"",vcpu="${cpu}"}[20s])`;
    await until(
      'twenty seconds of scrapes',
      async () =>
        ((await prometheus.value('count_over_time(icount_guest_up{name="\\"busy\\""}[30s])')) ??
          0) > 22,
      60_000,
    );
    expect(await prometheus.query('up == 0')).toEqual([]);
    for (const cpu of [0, 1]) {
      const expected = (cpu + 1) * 10_000_000;
      const rate = (await prometheus.value(perSecond(cpu))) ?? 0;
      expect(Math.abs(rate / expected - 1)).toBeLessThan(0.02);
    }

    const report = settles.end();
    await exporter.whenGone(settles.pid);
    const { perVcpu } = await report;
    for (const [index, total] of perVcpu) {
      const last = `last_over_time(icount_guest_instructions_total{name="settles",vcpu="${index}"}[1m])`;
      expect(await prometheus.value(last)).toBe(Number(total));
    }
  } finally {
    await busy[Symbol.asyncDispose]();
  }

  await using again = start('"busy"', 'harts-busy', 2);
  await exporter.whenUp(again.pid);
  const ofName = 'sum by (name) (icount_guest_instructions_total{name="\\"busy\\""})';
  await until(
    'the reset',
    async () => (await prometheus.value(`resets((${ofName})[2m:1s])`)) === 1,
    30_000,
  );
  const series = 'count(count_over_time(icount_guest_up{name="\\"busy\\""}[2m]))';
  expect(await prometheus.value(series)).toBe(2);
});
