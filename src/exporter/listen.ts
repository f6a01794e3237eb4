import { isIP, isIPv6 } from 'node:net';
import { UsageError } from '../errors.js';

/** Where the exporter is to be reached. */
export interface ListenAddress {
  /** A name or an address, without an IPv6 address's brackets; undefined for all addresses. */
  readonly host: string | undefined;
  /** 0 is any that is free. */
  readonly port: number;
}

/**
 * Nothing that Prometheus's list of default port allocations has, of those in its range (9100 to
 * 9999, and from 10000 on one after the other) or outside; below the ports that Linux gives out
 * (32768) and Kubernetes (30000).
 */
export const DEFAULT_LISTEN: ListenAddress = { host: '127.0.0.1', port: 14676 };

/**
 * Understands `host:port`, `[::1]:port`, and `:port` for all addresses, as Prometheus's own
 * exporters do.
 *
 * @throws UsageError
 */
export function parseListen(text: string): ListenAddress {
  const [, bracketed, name = '', digits = ''] = /^(?:\[(.*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  const host = bracketed ?? name;
  const isHost = bracketed === undefined ? /^[\w.-]*$/.test(name) : isIPv6(bracketed);
  if (digits === '' || port > 65_535 || !isHost) {
    throw new UsageError(
      `--listen ${JSON.stringify(text)} is no host:port`,
      `for instance ${listenText(DEFAULT_LISTEN)}, [::1]:14676, or :14676 for all addresses`,
    );
  }
  return { host: host === '' ? undefined : host, port };
}

/** An address as it is written: `127.0.0.1:14676`, `[::1]:14676`. */
export function listenText({ host, port }: ListenAddress): string {
  if (host === undefined) return `:${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether others than this host's own processes can get there; a name is told by its address. */
export function isOpenToOthers(address: string): boolean {
  if (isIP(address) === 4) return !address.startsWith('127.');
  return address !== '::1' && !address.startsWith('::ffff:127.');
}
