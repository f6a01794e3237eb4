import { parseQemuOpts, type QemuOpt } from './opts.js';

/** One option of QEMU's command line, with its argument. */
export interface Option {
  readonly name: string;
  readonly value: string;
}

/** Factors of a machine's CPU topology, in `-smp` of any version. */
const TOPOLOGY = 'drawers books sockets dies clusters modules cores threads'.split(' ');

/** No machine type allows as many vCPUs; a larger number comes from no running QEMU. */
const MAX_VCPUS = 1_000_000;

/**
 * machine_parse_smp_config: cpus, else maxcpus, else the product of the topology. Since 6.2 `-smp`
 * is short for properties of the machine, and a later mention of one replaces an earlier.
 */
export function parseVcpus(options: readonly Option[]): number | undefined {
  const counts = new Map<string, number>();
  for (const { key, value } of options.flatMap(smpProperties)) {
    const count = parseCount(value ?? '');
    // Before 6.2 zero meant "not given"; later versions refuse it.
    if (count === 0) {
      counts.delete(key);
    } else {
      counts.set(key, count);
    }
  }
  const factors = TOPOLOGY.flatMap((name) => counts.get(name) ?? []);
  const product =
    factors.length === 0 ? undefined : factors.reduce((result, factor) => result * factor);
  const first = counts.get('cpus') ?? counts.get('maxcpus') ?? product;
  return first !== undefined && first <= MAX_VCPUS ? first : undefined;
}

function smpProperties({ name, value }: Option): readonly QemuOpt[] {
  switch (name) {
    case 'smp':
      return parseQemuOpts(value, 'cpus');
    case 'machine':
    case 'M':
      return parseQemuOpts(value, 'type').flatMap((property) =>
        property.key.startsWith('smp.')
          ? { key: property.key.slice('smp.'.length), value: property.value }
          : [],
      );
    default:
      return [];
  }
}

/**
 * qemu_strtou64 with base 0: C's notations, blanks and a plus before them. NaN for anything else:
 * no QEMU runs with it.
 */
function parseCount(text: string): number {
  const digits = /^\s*\+?(0x[0-9a-f]+|\d+)$/i.exec(text)?.[1] ?? '';
  if (/^0x/i.test(digits)) {
    return Number.parseInt(digits, 16);
  }
  return Number.parseInt(digits, digits.startsWith('0') ? 8 : 10);
}
