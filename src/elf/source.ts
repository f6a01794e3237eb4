import type { FileHandle } from 'node:fs/promises';

/** Bytes that can be read at any place. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** The bytes at `offset`: `length` of them, or fewer where the file ends. */
  read(offset: number, length: number): Promise<Buffer>;
}

/**
 * A source over an open file; closing the handle is left to whoever opened it. Failures to read
 * (EIO, EISDIR) are thrown as they come.
 */
export async function fileSource(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat();
  return {
    sizeBytes: size,
    read: (offset, length) => readFully(handle, offset, length),
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
