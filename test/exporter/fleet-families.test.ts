import { expect, test } from 'vitest';
import { exposition } from '../../src/exporter/exposition.js';
import {
  fleetFamilies,
  type GuestLabels,
  type Scrape,
  type ScrapedGuest,
} from '../../src/exporter/fleet-families.js';

const LABELS: GuestLabels = {
  pid: 4711,
  startTicks: 99n,
  name: 'build-7',
  architecture: 'riscv64',
  qemu: '/usr/bin/qemu-system-riscv64',
  plugin: '/opt/libinsn.so',
  pluginKind: 'insn',
  layout: 'array',
  mode: 'percpu',
  gdb: '13.1',
};
const GUEST: ScrapedGuest = {
  labels: LABELS,
  counters: {
    counts: [
      { vcpu: '0', total: 2n ** 63n },
      { vcpu: '1', total: 0n },
    ],
    windowNs: 250_000,
  },
};

function page(guests: readonly ScrapedGuest[], given: Partial<Scrape> = {}): string {
  const totals = { attachFailures: 1, readFailures: 2, gdbRestarts: 3 };
  const scrape = { guests, totals, durationNs: 1_500_000, version: '0.1.0', ...given };
  return exposition(fleetFamilies(scrape), 'text');
}

test('a guest that was read has a counter for each vCPU, and is up', () => {
  const text = page([GUEST]);

  expect(text).toContain(
    'icount_guest_instructions_total{pid="4711",start="99",name="build-7",arch="riscv64",vcpu="0"} 9223372036854775808\n',
  );
  expect(text).toContain('name="build-7",arch="riscv64",vcpu="1"} 0\n');
  expect(text).toContain('icount_guest_up{pid="4711",start="99",name="build-7"} 1\n');
  expect(text).toContain(
    'icount_read_window_seconds{pid="4711",start="99",name="build-7"} 0.00025',
  );
  expect(text).toContain(
    'icount_guest_info{pid="4711",start="99",name="build-7",qemu="/usr/bin/qemu-system-riscv64",plugin="/opt/libinsn.so",plugin_kind="insn",layout="array",mode="percpu",gdb="13.1"} 1\n',
  );
});

test('where all vCPUs are counted together, none is named', () => {
  const counters = { counts: [{ vcpu: undefined, total: 7n }], windowNs: 1 };

  expect(page([{ ...GUEST, counters }])).toContain('arch="riscv64"} 7\n');
});

test('a guest that could not be read is known, down, and has no counters', () => {
  const text = page([{ ...GUEST, counters: undefined }]);

  expect(text).toContain('icount_guest_info{');
  expect(text).toContain('icount_guest_up{pid="4711",start="99",name="build-7"} 0\n');
  expect(text).not.toContain('icount_guest_instructions_total');
  expect(text).not.toContain('icount_read_window_seconds');
});

test('a pid that is used again is another series', () => {
  const next = { ...GUEST, labels: { ...LABELS, startTicks: 100n } };
  const series = page([GUEST, next])
    .split('\n')
    .filter((line) => line.startsWith('icount_guest_up'));

  expect(new Set(series).size).toBe(2);
});

test('without guests there is the exporter itself', () => {
  const text = page([]);

  expect(text).toContain('icount_scrape_duration_seconds 0.0015\n');
  expect(text).toContain('icount_attach_failures_total 1\n');
  expect(text).toContain('icount_read_failures_total 2\n');
  expect(text).toContain('icount_gdb_restarts_total 3\n');
  expect(text).toContain(`icount_build_info{version="0.1.0",nodeversion="${process.version}"} 1\n`);
  expect(text).not.toContain('icount_guest');
});

test('an owner who chose a name of 64 KiB does not fill the page with it', () => {
  const labels = { ...LABELS, name: 'x'.repeat(65_536), qemu: 'y'.repeat(4_096) };

  expect(page([{ ...GUEST, labels }]).length).toBeLessThan(10_000);
});
