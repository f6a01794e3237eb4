import { close, constants, fstat, fstatSync, ftruncate, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { isReaderGone, outputError, type RowWriter } from './writer.js';

const closeFd = promisify(close);
const fstatFd = promisify(fstat);
const ftruncateFd = promisify(ftruncate);
const writeFd = promisify(write);

/** An open file to write to. */
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
 * Writes to the end of a file, or to a device. Node's own stream on a redirected stdout takes a short write for a
 * whole one; here the rest is written, and where that fails (a full disk) what was written of a row
 * is taken back: the file ends in a whole one.
 */
export function fdWriter(file: OpenFile): RowWriter {
  let { fd, sizeBytes } = file;
  let readerGone = false;
  let isShared = false;

  // Files are written synchronously: waking a thread of Node's takes longer than the write. A device
  // may block.
  const put = async (bytes: Buffer, from: number): Promise<number> =>
    file.regular
      ? writeSync(fd, bytes, from)
      : (await writeFd(fd, bytes, from, bytes.length - from, null)).bytesWritten;

  const takeBack = async (rows: readonly string[], writtenBytes: number): Promise<void> => {
    // Not if somebody else writes to the file, or if we were not at its end.
    const { size } = await fstatFd(fd);
    if (isShared || size !== sizeBytes + writtenBytes) return;
    await ftruncateFd(fd, sizeBytes + wholeBytes(rows, writtenBytes));
  };

  /**
   * A file that was truncated meanwhile is continued at its new end. A shell's `>` opens without
   * O_APPEND: our offset would lie beyond that end, and NULs would fill the gap.
   */
  const findEnd = (): void => {
    const { size, nlink } = fstatSync(fd);
    // The system writes on to a file without a name, which is gone for good once it is closed.
    if (file.owned && nlink === 0) throw outputError(file.name, new Error('it has been removed'));
    if (size < sizeBytes && !file.owned && fd === file.fd) fd = openAtEnd(file.fd);
    isShared ||= size > sizeBytes;
    sizeBytes = size;
  };

  return {
    async write(...rows) {
      if (readerGone) return 'closed';
      const bytes = Buffer.from(rows.join(''));
      let writtenBytes = 0;
      if (file.regular) findEnd();
      try {
        while (writtenBytes < bytes.length) writtenBytes += await put(bytes, writtenBytes);
      } catch (cause) {
        readerGone = isReaderGone(cause);
        if (readerGone) return 'closed';
        // What matters to the user is why the write failed, not that this did too.
        if (file.regular && writtenBytes > 0) await takeBack(rows, writtenBytes).catch(() => {});
        throw outputError(file.name, cause);
      }
      if (file.regular) sizeBytes = fstatSync(fd).size;
      return 'written';
    },
    async close() {
      if (fd === file.fd && !file.owned) return;
      try {
        await closeFd(fd);
      } catch (cause) {
        throw outputError(file.name, cause);
      }
    },
  };
}

/** How much of so many bytes is whole rows. */
function wholeBytes(rows: readonly string[], bytes: number): number {
  let whole = 0;
  for (const row of rows) {
    const next = whole + Buffer.byteLength(row);
    if (next > bytes) break;
    whole = next;
  }
  return whole;
}

/** The same file, to be written at its end; the same descriptor where that is not permitted. */
function openAtEnd(fd: number): number {
  try {
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_APPEND);
  } catch {
    return fd;
  }
}
