import { countersIn, countersOf, expectCounter, expectMember, singleCounter } from './counters.js';
import type { Counters, Layout } from './layout.js';
import type { Variable } from './variable.js';

/** `MAX_CPUS` of insn.c: a vCPU's slot is `cpu_index % 8`. */
const SLOTS = 8;

/** How the elements of `counts[]` differ between QEMU's versions. */
interface Shape {
  readonly name: string;
  readonly versions: string;
  readonly strideBytes: number;
  readonly counterOffsetBytes: number;
}

/**
 * QEMU 7.0 to 8.0 (tests/plugin/insn.c): `inline_insn_count`, and per vCPU
 * `InstructionCount { uint64_t last_pc; uint64_t insn_count; } counts[8]`.
 */
export const arrayWithPc: Layout = arrayLayout({
  name: 'array-with-pc',
  versions: 'QEMU 7.0 to 8.0',
  strideBytes: 16,
  counterOffsetBytes: 8,
});

/** QEMU 8.1 and 8.2: the same without `last_pc`. */
export const array: Layout = arrayLayout({
  name: 'array',
  versions: 'QEMU 8.1 and 8.2',
  strideBytes: 8,
  counterOffsetBytes: 0,
});

function arrayLayout(shape: Shape): Layout {
  return {
    name: shape.name,
    plugin: 'insn',
    versions: shape.versions,
    variables: ['inline_insn_count', 'counts'],
    match(variables) {
      const inline = variables.get('inline_insn_count');
      const counts = variables.get('counts');
      if (inline === undefined || counts === undefined) return undefined;
      const strideBytes = counts.element?.sizeBytes ?? counts.sizeBytes / SLOTS;
      if (strideBytes !== shape.strideBytes) return undefined;
      const mismatch = expectCounter('inline_insn_count', inline) ?? expectElements(counts, shape);
      if (mismatch !== undefined) return mismatch;
      return {
        counters: (_, bias, mode) =>
          mode === 'inline'
            ? singleCounter(shape.name, mode, inline.addressBytes + bias)
            : slotCounters(shape, counts.addressBytes + bias, counts.sizeBytes / strideBytes),
      };
    },
  };
}

function expectElements(counts: Variable, shape: Shape): string | undefined {
  if (counts.sizeBytes % shape.strideBytes !== 0) {
    return `counts has ${counts.sizeBytes} bytes, which is no number of elements of ${shape.strideBytes}`;
  }
  if (counts.element === undefined) return undefined;
  return expectMember('counts[0].insn_count', counts.element.counter, {
    offsetBytes: shape.counterOffsetBytes,
    structBytes: shape.strideBytes,
  });
}

function slotCounters(shape: Shape, address: bigint, slots: number): Counters {
  const { strideBytes, counterOffsetBytes: offsetBytes } = shape;
  return countersOf(
    {
      layout: shape.name,
      mode: 'percpu',
      address: address + BigInt(offsetBytes),
      strideBytes,
      sharedSlots: slots,
      perVcpu: true,
      // A slot is lossy only when vCPUs share it, which is told by their number.
      lossy: false,
    },
    (memory) => ({
      ranges: [{ address, lengthBytes: slots * strideBytes }],
      counters: ([bytes]) => countersIn(memory, bytes, slots, { strideBytes, offsetBytes }),
    }),
  );
}
