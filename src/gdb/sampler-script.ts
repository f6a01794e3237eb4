import { fileURLToPath } from 'node:url';
import { type HeaderField, MAX_ARRAY_BYTES, type Place } from '../layout/place.js';
import type { MemoryRange } from '../memory.js';
import { quoteArgument } from '../mi/quote.js';
import type { Grid } from '../sampler/grid.js';
import { GdbRefusedError } from './failure.js';
import type { GdbSession } from './session.js';

/** What takes samples inside gdb. */
export const SAMPLER_SCRIPT = fileURLToPath(
  new URL('../../gdb-scripts/sampler.py', import.meta.url),
);

/** Its commands take microseconds; with the silence before, a hung gdb is detected in 4 s. */
const COMMAND_TIMEOUT_MS = 2_500;

/** The sampler reports at least this often. */
export const BEAT_NS = 1_000_000_000;
/** At most this much of a guest's last work is missed. */
const LOOK_NS = 100_000_000;
/** Below this rows come in bundles. */
const BUNDLE_NS = 40_000_000;
/** A quarter of what a pipe to gdb (a socket, net.core.wmem_default) takes without waiting for us. */
const MAX_BUNDLE_BYTES = 50_000;
const NO_COUNT = Number.MAX_SAFE_INTEGER;

/** Undefined if the sampler has been loaded; else why gdb could not, such as for want of Python. */
export async function whyNoSampler(
  session: GdbSession,
  timeoutMs: number,
): Promise<string | undefined> {
  try {
    await session.send('-interpreter-exec console "python Sampler"', timeoutMs);
    return undefined;
  } catch (error) {
    if (error instanceof GdbRefusedError) return error.message;
    throw error;
  }
}

/** gdb's sampler, told where the counters are. What it reads comes as records of class `icount`. */
export class SamplerScript {
  readonly #session: GdbSession;
  readonly #place: Place;

  private constructor(session: GdbSession, place: Place) {
    this.#session = session;
    this.#place = place;
  }

  /** @throws GdbRefusedError, GdbTimeoutError, GdbGoneError, as all that follow */
  static async create(session: GdbSession, place: Place): Promise<SamplerScript> {
    const script = new SamplerScript(session, place);
    const ranges = place.ranges.map(rangeLiteral).join(', ');
    const header = headerLiteral(place);
    await script.#run(`sampler = Sampler([${ranges}], ${header}, ${LOOK_NS}, ${BEAT_NS})`);
    return script;
  }

  /** From now on it reads at the points of the grid. */
  async pace({ origin, intervalNs }: Grid, count: number = NO_COUNT): Promise<void> {
    // Each byte takes two digits; time and window some more.
    const bytes = this.#place.ranges.reduce((sum, range) => sum + 2 * range.lengthBytes, 100);
    const most = BigInt(Math.max(1, Math.floor(MAX_BUNDLE_BYTES / bytes))) * intervalNs;
    const bundle = most < BUNDLE_NS ? most : BUNDLE_NS;
    await this.#run(`sampler.pace(${origin}, ${intervalNs}, ${count}, ${bundle})`);
  }

  /** It reads at once; all that it has read has been heard when this resolves. */
  async now(): Promise<void> {
    await this.#run('sampler.now()');
  }

  /** The same, and then it reads no more. */
  async rest(): Promise<void> {
    await this.#run('sampler.rest()');
  }

  async #run(statement: string): Promise<void> {
    await this.#session.send(
      `-interpreter-exec console ${quoteArgument(`python ${statement}`)}`,
      COMMAND_TIMEOUT_MS,
    );
  }
}

function rangeLiteral({ address, lengthBytes }: MemoryRange): string {
  return `(${address}, ${lengthBytes})`;
}

function headerLiteral({ header }: Place): string {
  if (header === undefined) return 'None';
  const field = ({ offsetBytes, lengthBytes }: HeaderField): string =>
    `(${offsetBytes}, ${lengthBytes})`;
  const fields = [header.address, header.elements, header.elementBytes].map(field).join(', ');
  return `{"range": ${rangeLiteral(header.range)}, "fields": (${fields}), "order": "${header.byteOrder}", "most": ${MAX_ARRAY_BYTES}}`;
}
