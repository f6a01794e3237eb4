import { close, fstat, fstatSync, ftruncate, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { isReaderGone, outputError } from './write-failure.js';
import type { RowWriter } from './writer.js';

const closeFd = promisify(close);
const fstatFd = promisify(fstat);
const ftruncateFd = promisify(ftruncate);
const writeFd = promisify(write);

/** An open file to write to at its end. */
export interface OpenFile {
  readonly fd: number;
  /** For messages. */
  readonly name: string;
  readonly regular: boolean;
  /** Bytes that it held when it was opened. */
  readonly sizeBytes: number;
  /** Whether closing the writer closes the file; standard output stays open. */
  readonly owned: boolean;
}

/**
 * Writes to a file or device. Node's own stream on a redirected stdout takes a short write for a
 * whole one; here the rest is written, and where that fails (a full disk) what was written of these
 * rows is taken back: the file ends in a whole row.
 */
export function fdWriter(file: OpenFile): RowWriter {
  let sizeBytes = file.sizeBytes;
  let readerGone = false;

  // A file takes them at once, where a thread of Node's to do it would take longer to wake. A device
  // can keep us waiting.
  const put = async (bytes: Buffer, from: number): Promise<number> =>
    file.regular
      ? writeSync(file.fd, bytes, from)
      : (await writeFd(file.fd, bytes, from, bytes.length - from, null)).bytesWritten;

  const takeBack = async (writtenBytes: number): Promise<void> => {
    // Not if somebody else has written to the file, or if we were not at its end.
    const { size } = await fstatFd(file.fd);
    if (size === sizeBytes + writtenBytes) await ftruncateFd(file.fd, sizeBytes);
  };

  return {
    async write(rows) {
      if (readerGone) return 'closed';
      const bytes = Buffer.from(rows);
      let writtenBytes = 0;
      try {
        while (writtenBytes < bytes.length) writtenBytes += await put(bytes, writtenBytes);
      } catch (cause) {
        readerGone = isReaderGone(cause);
        if (readerGone) return 'closed';
        // What matters to the user is why the write failed, not that this did too.
        if (file.regular && writtenBytes > 0) await takeBack(writtenBytes).catch(() => {});
        throw outputError(file.name, cause);
      }
      sizeBytes += writtenBytes;
      // The system writes on to a file without a name, which is gone for good once it is closed.
      if (file.regular && file.owned && fstatSync(file.fd).nlink === 0) {
        throw outputError(file.name, new Error('it has been removed'));
      }
      return 'written';
    },
    async close() {
      if (!file.owned) return;
      try {
        await closeFd(file.fd);
      } catch (cause) {
        throw outputError(file.name, cause);
      }
    },
  };
}
