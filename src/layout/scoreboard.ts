import { decodeUnsigned, type Memory } from '../memory.js';
import { COUNTER_BYTES, countedAt, countersIn, countersOf, readOne } from './counters.js';
import { type Counters, type Layout, type Mode, UnreadableCountersError } from './layout.js';
import { type ArrayHeader, MAX_ARRAY_BYTES, type Place } from './place.js';

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
export const scoreboard: Layout = scoreboardLayout({
  name: 'scoreboard',
  plugin: 'insn',
  versions: 'QEMU 9.0 and newer',
  variables: ['insn_count'],
});

/** libbb of the same QEMUs: elements of two counters, of which the handle has the offset. */
export const blockScoreboard: Layout = scoreboardLayout({
  name: 'block-scoreboard',
  plugin: 'bb',
  versions: 'QEMU 9.0 and newer',
  variables: ['insn_count', 'bb_count'],
});

function scoreboardLayout(about: Omit<Layout, 'match'>): Layout {
  return {
    ...about,
    match(variables, wordBytes) {
      const handle = variables.get('insn_count');
      if (handle === undefined || handle.sizeBytes !== 2 * wordBytes) return undefined;
      if (handle.type !== 'qemu_plugin_u64' && !(handle.type === undefined && wordBytes === 8)) {
        return handle.sizeBytes === COUNTER_BYTES
          ? undefined
          : `insn_count is of type ${handle.type}, where a scoreboard's handle is a qemu_plugin_u64`;
      }
      const other = about.variables
        .map((name) => ({ name, sizeBytes: variables.get(name)?.sizeBytes }))
        .find(({ sizeBytes }) => sizeBytes !== handle.sizeBytes);
      if (other !== undefined) {
        return `${other.name} has ${other.sizeBytes} bytes, where a scoreboard's handle has ${handle.sizeBytes}`;
      }
      return countedAt(variables, about.variables, (addressBytes, mode) =>
        scoreboardCounters(about.name, mode, addressBytes),
      );
    },
  };
}

/** Beyond these, what we follow is no scoreboard; they bound what a sample may read. */
const MAX_SLOTS = 65_536;
const MAX_ELEMENT_BYTES = 4_096;

function scoreboardCounters(layout: string, mode: Mode, address: bigint): Counters {
  return countersOf(
    {
      layout,
      mode,
      address,
      strideBytes: undefined,
      sharedSlots: undefined,
      perVcpu: true,
      lossy: false,
    },
    (memory) => followChain(memory, address),
  );
}

/**
 * From the handle to the slots. Of the chain only the GRealArray's contents ever change, so that its
 * header, found the same after the data, proves the whole.
 */
async function followChain(memory: Memory, address: bigint): Promise<Place> {
  const { wordBytes } = memory;
  const handle = await readOne(memory, { address, lengthBytes: 2 * wordBytes });
  const score = wordAt(memory, handle, 0);
  const offsetBytes = Number(wordAt(memory, handle, wordBytes));
  if (score === 0n) throw new UnreadableCountersError('the plugin has no scoreboard yet');
  const pointer = await readOne(memory, { address: score, lengthBytes: wordBytes });
  const range = { address: wordAt(memory, pointer, 0), lengthBytes: wordBytes + 12 };
  const header: ArrayHeader = {
    range,
    bytes: await readOne(memory, range),
    byteOrder: memory.byteOrder,
    address: { offsetBytes: 0, lengthBytes: wordBytes },
    elements: { offsetBytes: wordBytes, lengthBytes: 4 },
    elementBytes: { offsetBytes: wordBytes + 8, lengthBytes: 4 },
  };
  const boardOf = (bytes: Buffer): Board => {
    const board = {
      data: wordAt(memory, bytes, 0),
      slots: u32At(memory, bytes, wordBytes),
      strideBytes: u32At(memory, bytes, wordBytes + 8),
      offsetBytes,
    };
    expectBoard(board, score);
    return board;
  };
  const { data, slots, strideBytes } = boardOf(header.bytes);
  return {
    ranges: [{ address: data, lengthBytes: slots * strideBytes }],
    header,
    strideBytes,
    counters([bytes, headerBytes = header.bytes]) {
      const board = boardOf(headerBytes);
      return countersIn(memory, bytes, board.slots, board);
    },
  };
}

/** The scoreboard as its header shows it at one moment. */
interface Board {
  readonly data: bigint;
  readonly slots: number;
  readonly strideBytes: number;
  readonly offsetBytes: number;
}

/** @throws UnreadableCountersError */
function expectBoard({ slots, strideBytes, offsetBytes }: Board, score: bigint): void {
  if (
    slots === 0 ||
    slots > MAX_SLOTS ||
    strideBytes > MAX_ELEMENT_BYTES ||
    slots * strideBytes > MAX_ARRAY_BYTES ||
    offsetBytes + COUNTER_BYTES > strideBytes
  ) {
    throw new UnreadableCountersError(
      `no scoreboard at 0x${score.toString(16)}: ${slots} slots of ${strideBytes} bytes, counter at ${offsetBytes}`,
    );
  }
}

function wordAt(memory: Memory, bytes: Buffer, offsetBytes: number): bigint {
  return decodeUnsigned(bytes, offsetBytes, memory.wordBytes, memory.byteOrder);
}

function u32At(memory: Memory, bytes: Buffer, offsetBytes: number): number {
  return Number(decodeUnsigned(bytes, offsetBytes, 4, memory.byteOrder));
}
