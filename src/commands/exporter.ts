import { ExitCode, InterruptedError } from '../errors.js';
import { exposition } from '../exporter/exposition.js';
import { isOpenToOthers, type ListenAddress, listenText } from '../exporter/listen.js';
import { processFamilies } from '../exporter/process-families.js';
import { type MetricsServer, serveMetrics } from '../exporter/server.js';
import type { Messages } from '../messages.js';
import { Fleet, type FleetOptions } from './exporter/fleet.js';
import { onEndingSignals, signalStatus } from './signals.js';

/** An exporter, as the command line asked for it. */
export interface ExporterOptions extends FleetOptions {
  readonly listen: ListenAddress;
}

/**
 * Serves the counters of guests to Prometheus until a signal; of guests that were named, until all of
 * them have ended.
 *
 * @returns the exit status
 * @throws an IcountError that says why there is nothing to serve
 */
export async function exporter(options: ExporterOptions, messages: Messages): Promise<number> {
  const stop = new AbortController();
  const signals = onEndingSignals(() => stop.abort());
  const fleet = new Fleet(options, messages);
  let bug: { readonly error: unknown } | undefined;
  let server: MetricsServer | undefined;
  try {
    // What is wrong with the address is found before a guest is touched.
    server = await serveMetrics(
      options.listen,
      async (format) =>
        exposition([...(await fleet.scrape()), ...(await processFamilies())], format),
      (error) => {
        bug ??= { error };
        stop.abort();
      },
    );
    tellAddress(server, messages);
    await fleet.follow(stop.signal);
    if (bug !== undefined) throw bug.error;
    return ExitCode.ok;
  } catch (error) {
    const signal = signals.received();
    if (error instanceof InterruptedError && signal !== undefined) return signalStatus(signal);
    throw error;
  } finally {
    await server?.close();
    signals.release();
  }
}

function tellAddress({ address: { address, port } }: MetricsServer, messages: Messages): void {
  const where = listenText({ host: address, port });
  messages.notice(`metrics at http://${where}/metrics`);
  if (isOpenToOthers(address)) {
    messages.notice(
      `everybody who can reach ${where} sees the guests' names and what they execute; 127.0.0.1 is for this host alone`,
    );
  }
}
