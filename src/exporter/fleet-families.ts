import { type Family, type Labels, labelValue, type MetricSample } from './exposition.js';

/** What a guest is, as its labels say it. */
export interface GuestLabels {
  readonly pid: number;
  /** With the pid it names one process for good: clock ticks after boot. */
  readonly startTicks: bigint;
  /** Its owner's to choose, '' if it has none. */
  readonly name: string;
  /** As QEMU names it, `riscv64`; '' if that is not known. */
  readonly architecture: string;
  readonly qemu: string;
  readonly plugin: string;
  readonly pluginKind: string;
  readonly layout: string;
  readonly mode: string;
  readonly gdb: string;
}

/** The counters as one scrape found them. */
export interface ScrapedCounters {
  /** Without an index: all vCPUs are counted together. */
  readonly counts: readonly { readonly vcpu: string | undefined; readonly total: bigint }[];
  readonly windowNs: number;
}

/** A guest in one scrape; without counters if it could not be read. */
export interface ScrapedGuest {
  readonly labels: GuestLabels;
  readonly counters: ScrapedCounters | undefined;
}

/** What the exporter has counted since it began. */
export interface ExporterTotals {
  readonly attachFailures: number;
  readonly readFailures: number;
  readonly gdbRestarts: number;
}

/** One scrape, whole. */
export interface Scrape {
  readonly guests: readonly ScrapedGuest[];
  readonly totals: ExporterTotals;
  readonly durationNs: number;
  readonly version: string;
}

/** What a scrape found, by Prometheus's conventions for names and units. */
export function fleetFamilies({ guests, totals, durationNs, version }: Scrape): readonly Family[] {
  return [
    {
      name: 'icount_guest_instructions_total',
      type: 'counter',
      help: 'Guest instructions executed, as the counting plugin has them.',
      samples: guests.flatMap(countSamples),
    },
    {
      name: 'icount_guest_info',
      type: 'gauge',
      help: 'What the guest runs in and how it is counted; always 1.',
      samples: guests.map(({ labels }) => ({ labels: infoLabels(labels), value: 1 })),
    },
    {
      name: 'icount_guest_up',
      type: 'gauge',
      help: 'Whether this scrape read the counters of the guest.',
      samples: guests.map(({ labels, counters }) => ({
        labels: identity(labels),
        value: counters === undefined ? 0 : 1,
      })),
    },
    {
      name: 'icount_read_window_seconds',
      type: 'gauge',
      help: 'How long the read took: the counters are from some moment within.',
      samples: guests.flatMap(({ labels, counters }) =>
        counters === undefined
          ? []
          : [{ labels: identity(labels), value: counters.windowNs / 1e9 }],
      ),
    },
    exporterFamily(
      'icount_scrape_duration_seconds',
      'gauge',
      'How long it took to read all guests for this scrape.',
      durationNs / 1e9,
    ),
    exporterFamily(
      'icount_read_failures_total',
      'counter',
      'Reads that gave no counters in time.',
      totals.readFailures,
    ),
    exporterFamily(
      'icount_attach_failures_total',
      'counter',
      'Attempts to attach to a guest that failed.',
      totals.attachFailures,
    ),
    exporterFamily(
      'icount_gdb_restarts_total',
      'counter',
      'Times that a gdb was replaced because it had ended or hung.',
      totals.gdbRestarts,
    ),
    {
      name: 'icount_build_info',
      type: 'gauge',
      help: 'The exporter itself; always 1.',
      samples: [{ labels: { version, nodeversion: process.version }, value: 1 }],
    },
  ];
}

function exporterFamily(name: string, type: Family['type'], help: string, value: number): Family {
  return { name, type, help, samples: [{ labels: {}, value }] };
}

function countSamples({ labels, counters }: ScrapedGuest): readonly MetricSample[] {
  if (counters === undefined) return [];
  const ofGuest = { ...identity(labels), arch: labels.architecture };
  return counters.counts.map(({ vcpu, total }) => ({
    labels: { ...ofGuest, vcpu: vcpu ?? '' },
    value: total,
  }));
}

/** `start` keeps the series of two guests apart that have had the same pid. */
function identity({ pid, startTicks, name }: GuestLabels): Labels {
  return { pid: String(pid), start: String(startTicks), name: labelValue(name) };
}

function infoLabels(labels: GuestLabels): Labels {
  const { qemu, plugin, pluginKind, layout, mode, gdb } = labels;
  return {
    ...identity(labels),
    qemu: labelValue(qemu),
    plugin: labelValue(plugin),
    plugin_kind: pluginKind,
    layout,
    mode,
    gdb,
  };
}
