import type { FileHandle } from 'node:fs/promises';

/** Bytes that can be read at any place. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** The bytes at `offset`: `length` of them, or fewer where the file ends. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** Most plugins are smaller. Each read is work for another thread of ours, for which we wait. */
const BLOCK_BYTES = 65_536;

/**
 * A source over an open file; closing the handle is left to whoever opened it. Failures to read
 * (EIO, EISDIR) are thrown as they come. Of small pieces the block is read that they are in.
 */
export async function fileSource(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat();
  let block: { start: number; bytes: Buffer } = { start: 0, bytes: Buffer.of() };
  return {
    sizeBytes: size,
    async read(offset, length) {
      const start = offset - (offset % BLOCK_BYTES);
      const end = offset - start + length;
      if (end > BLOCK_BYTES || start >= size) return await readFully(handle, offset, length);
      if (block.start !== start || block.bytes.length < end) {
        block = {
          start,
          bytes: await readFully(handle, start, Math.min(BLOCK_BYTES, size - start)),
        };
      }
      return block.bytes.subarray(offset - start, end);
    },
  };
}

/** read(2) may give less than asked for before the end of the file; only nothing is the end. */
async function readFully(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) {
      break;
    }
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
