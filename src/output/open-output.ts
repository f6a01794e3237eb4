import { constants, fstatSync, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { errorCode } from '../text/system-error.js';
import { fdWriter } from './fd-writer.js';
import { streamWriter } from './stream-writer.js';
import { outputError } from './write-failure.js';
import type { RowWriter } from './writer.js';

/** A file that rows can be written to. */
export interface Output {
  readonly writer: RowWriter;
  /** It is appended to and holds something already: headers are not repeated. */
  readonly continued: boolean;
}

/**
 * Opens the file of `--output`, emptied unless `append`; throws an `OutputError` of the usage kind
 * if that can't be done. To be called before the guest is touched.
 */
export function openOutput(path: string, append: boolean): Output {
  const { O_WRONLY, O_CREAT, O_APPEND, O_TRUNC, O_NONBLOCK } = constants;
  try {
    // Without O_NONBLOCK the opening of a FIFO hangs until somebody reads from it.
    const flags = isFifo(path)
      ? O_WRONLY | O_NONBLOCK
      : O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC);
    const fd = openSync(path, flags, 0o666);
    const stats = fstatSync(fd);
    if (stats.isFIFO()) {
      const stream = new Socket({ fd, readable: false, writable: true });
      return { writer: closing(stream, path), continued: false };
    }
    const regular = stats.isFile();
    return {
      writer: fdWriter({ fd, name: path, regular, sizeBytes: stats.size, owned: true }),
      continued: regular && append && stats.size > 0,
    };
  } catch (cause) {
    if (errorCode(cause) === 'ENXIO') {
      throw outputError(path, new Error('nothing reads from it'), 'usage');
    }
    throw outputError(path, cause, 'usage');
  }
}

/** A writer on an inherited stream, standard output that is; `name` is for messages. */
export function inheritedOutput(
  stream: Writable & { readonly fd: number },
  name: string,
): RowWriter {
  const stats = fstatSync(stream.fd);
  return stats.isFile()
    ? fdWriter({ fd: stream.fd, name, regular: true, sizeBytes: stats.size, owned: false })
    : streamWriter(stream, name);
}

/**
 * Prints a text as a whole on standard output; that nobody reads it to its end is no error.
 *
 * @throws OutputError
 */
export async function printOut(text: string): Promise<void> {
  const writer = inheritedOutput(process.stdout, 'standard output');
  await writer.write(text);
  await writer.close();
}

function closing(stream: Socket, name: string): RowWriter {
  return {
    ...streamWriter(stream, name),
    close: async () => {
      stream.destroy();
    },
  };
}

function isFifo(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false;
}
