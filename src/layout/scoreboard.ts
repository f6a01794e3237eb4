import type { Memory, MemoryRange } from '../memory/memory.js';
import { decodeUnsigned } from '../memory/word.js';
import type { Reading } from '../sampler/reading.js';
import { COUNTER_BYTES, counterAt, present } from './counter.js';
import { type Counters, type Layout, type Mode, UnreadableCountersError } from './layout.js';

/**
 * QEMU 9.0 and newer (include/qemu/qemu-plugin.h, plugins/api.c): `insn_count` is a handle
 *
 *     qemu_plugin_u64 { struct qemu_plugin_scoreboard *score; size_t offset; }
 *
 * `*score` begins with a `GArray *`, and GLib's GRealArray (glib/garray.c) is
 *
 *     { guint8 *data; guint len; guint elt_capacity; guint elt_size; … }
 *
 * vCPU i counts at `data + i * elt_size + offset`, in both modes. `len` is capacity: 16 slots at
 * first, doubled as vCPUs appear, whereby `data` moves and the rest stays.
 */
export const scoreboard: Layout = {
  name: 'scoreboard',
  versions: 'QEMU 9.0 and newer',
  variables: ['insn_count'],
  match(variables, wordBytes) {
    const handle = variables.get('insn_count');
    if (handle === undefined || handle.sizeBytes !== 2 * wordBytes) return undefined;
    if (handle.type !== 'qemu_plugin_u64' && !(handle.type === undefined && wordBytes === 8)) {
      return handle.sizeBytes === COUNTER_BYTES
        ? undefined
        : `insn_count is of type ${handle.type}, where a scoreboard's handle is a qemu_plugin_u64`;
    }
    return (mode, bias) => scoreboardCounters(mode, handle.addressBytes + bias);
  },
};

/** How often a sample that a resize has spoilt is read again before it is given up. */
const ATTEMPTS = 5;

/** Beyond these, what we follow is no scoreboard; they bound what a sample may read. */
const MOST_SLOTS = 65_536;
const MOST_ELEMENT_BYTES = 4_096;

function scoreboardCounters(mode: Mode, address: bigint): Counters {
  // As it was at the sample before. Of the chain only the GRealArray's contents ever change, so
  // that its header, found the same after the data, proves the whole.
  let board: Board | undefined;
  return {
    layout: 'scoreboard',
    mode,
    address,
    get strideBytes() {
      return board?.strideBytes;
    },
    sharedSlots: undefined,
    perVcpu: true,
    lossy: false,
    async read(memory) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        board ??= await followChain(memory, address);
        const reading = await readBoard(memory, board);
        if (reading !== undefined) return reading;
        board = undefined;
      }
      throw new UnreadableCountersError(`the scoreboard moved in ${ATTEMPTS} reads in a row`);
    },
  };
}

/** The scoreboard as the chain of pointers shows it at one moment. */
interface Board {
  readonly data: bigint;
  readonly slots: number;
  readonly strideBytes: number;
  readonly offsetBytes: number;
  /** The GRealArray and its bytes, to be found the same after the data. */
  readonly header: MemoryRange;
  readonly headerBytes: Buffer;
}

async function followChain(memory: Memory, address: bigint): Promise<Board> {
  const { wordBytes } = memory;
  const handle = await readOne(memory, { address, lengthBytes: 2 * wordBytes });
  const score = wordAt(memory, handle, 0);
  const offsetBytes = Number(wordAt(memory, handle, wordBytes));
  if (score === 0n) throw new UnreadableCountersError('the plugin has no scoreboard yet');
  const pointer = await readOne(memory, { address: score, lengthBytes: wordBytes });
  const header = { address: wordAt(memory, pointer, 0), lengthBytes: wordBytes + 12 };
  const headerBytes = await readOne(memory, header);
  const slots = u32At(memory, headerBytes, wordBytes);
  const strideBytes = u32At(memory, headerBytes, wordBytes + 8);
  if (
    slots === 0 ||
    slots > MOST_SLOTS ||
    strideBytes > MOST_ELEMENT_BYTES ||
    offsetBytes + COUNTER_BYTES > strideBytes
  ) {
    throw new UnreadableCountersError(
      `no scoreboard at 0x${score.toString(16)}: ${slots} slots of ${strideBytes} bytes, counter at ${offsetBytes}`,
    );
  }
  return {
    data: wordAt(memory, headerBytes, 0),
    slots,
    strideBytes,
    offsetBytes,
    header,
    headerBytes,
  };
}

/**
 * One round trip: the data, then the header that led to them. Undefined if that is not what it was
 * any more, and what was read as data may have been anything.
 */
async function readBoard(memory: Memory, board: Board): Promise<Reading | undefined> {
  const { header, headerBytes } = board;
  const data = { address: board.data, lengthBytes: board.slots * board.strideBytes };
  const { pieces, takenAt, windowNs } = await memory.read([data, header]);
  const [bytes, headerAfter] = pieces;
  if (!headerAfter?.equals(headerBytes)) return undefined;
  const counters = Array.from({ length: board.slots }, (_, slot) =>
    counterAt(memory, present(bytes, data), slot * board.strideBytes + board.offsetBytes),
  );
  return { counters, takenAt, windowNs };
}

async function readOne(memory: Memory, range: MemoryRange): Promise<Buffer> {
  const [bytes] = (await memory.read([range])).pieces;
  return present(bytes, range);
}

function wordAt(memory: Memory, bytes: Buffer, offsetBytes: number): bigint {
  return decodeUnsigned(bytes, offsetBytes, memory.wordBytes, memory.byteOrder);
}

function u32At(memory: Memory, bytes: Buffer, offsetBytes: number): number {
  return Number(decodeUnsigned(bytes, offsetBytes, 4, memory.byteOrder));
}
