import { setTimeout as sleep } from 'node:timers/promises';
import { type Counters, UnreadableCountersError } from '../layout/layout.js';
import type { Memory } from '../memory.js';
import { totalOf } from '../sampler/reading.js';
import { groupDigits } from '../text/figures.js';

/** For how long what is no counter yet may become one: QEMU may have just begun, or be about to end. */
const PATIENCE_MS = 300;
const LOOK_EVERY_MS = 20;

/**
 * Whether what was found by sizes alone leads to counters: there is something to read, and there are no
 * fewer instructions than blocks of them.
 *
 * @returns why not; undefined if it does, or if the guest has ended, which whoever reads it will tell
 */
export async function verifyCounters(
  found: { readonly counters: Counters; readonly blocks: Counters | undefined },
  memory: Memory,
  isAlive: () => boolean,
): Promise<string | undefined> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const amiss = await look(found.counters, found.blocks, memory);
    if (amiss === undefined || !isAlive()) return undefined;
    if (performance.now() >= giveUpAt) return amiss;
    await sleep(LOOK_EVERY_MS);
  }
}

async function look(
  counters: Counters,
  blocksOf: Counters | undefined,
  memory: Memory,
): Promise<string | undefined> {
  try {
    // Blocks first: what is executed meanwhile adds to the instructions.
    const blocks = blocksOf === undefined ? 0n : totalOf((await blocksOf.read(memory)).counters);
    const insns = totalOf((await counters.read(memory)).counters);
    return insns >= blocks
      ? undefined
      : `${groupDigits(insns)} instructions in ${groupDigits(blocks)} blocks`;
  } catch (error) {
    if (error instanceof UnreadableCountersError) return error.message;
    throw error;
  }
}
