import { constants, fstatSync, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { errorCode } from '../text/system-error.js';
import { namedDescriptor } from './descriptor.js';
import { fdWriter } from './fd-writer.js';
import { outputError, type RowWriter, streamWriter } from './writer.js';

/** A file that rows can be written to. */
export interface Output {
  readonly writer: RowWriter;
  /** It is appended to and holds something already: headers are not repeated. */
  readonly continued: boolean;
  /** It is a terminal. */
  readonly terminal: boolean;
}

/**
 * Opens the file of `--output`, emptied unless `append`; throws an `OutputError` of the usage kind
 * if that can't be done. To be called before the guest is touched. A name of one of our own
 * descriptors stands for that, as it is.
 *
 * Others may cut a file short while we write (copytruncate of logrotate(8)): what comes next belongs
 * to its end, wherever that is.
 */
export function openOutput(path: string, append: boolean): Output {
  const { O_WRONLY, O_CREAT, O_APPEND, O_TRUNC, O_NONBLOCK } = constants;
  try {
    const inherited = namedDescriptor(path);
    if (inherited !== undefined) return descriptorOutput(inherited, path);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isSocket()) throw new Error('it is a socket, which is connected to, not opened');
    // Without O_NONBLOCK the opening of a FIFO hangs until somebody reads from it.
    const flags = stats?.isFIFO()
      ? O_WRONLY | O_NONBLOCK
      : O_WRONLY | O_CREAT | O_APPEND | (append ? 0 : O_TRUNC);
    return { ...openedOutput(openSync(path, flags, 0o666), path), terminal: false };
  } catch (cause) {
    if (errorCode(cause) === 'ENXIO') {
      throw outputError(path, new Error('nothing reads from it'), 'usage');
    }
    throw outputError(path, cause, 'usage');
  }
}

function openedOutput(fd: number, path: string): Omit<Output, 'terminal'> {
  const stats = fstatSync(fd);
  if (stats.isFIFO()) {
    const stream = new Socket({ fd, readable: false, writable: true });
    return { writer: closing(stream, path), continued: false };
  }
  const regular = stats.isFile();
  return {
    writer: fdWriter({ fd, name: path, regular, sizeBytes: stats.size, owned: true }),
    continued: regular && stats.size > 0,
  };
}

/**
 * What we were started with, whatever it is.
 *
 * @throws the system's error if it is not open
 */
export function descriptorOutput(fd: number, name: string): Output {
  const stream = fd === 1 ? process.stdout : fd === 2 ? process.stderr : undefined;
  if (stream !== undefined) {
    return { writer: inheritedOutput(stream, name), continued: false, terminal: stream.isTTY };
  }
  const stats = fstatSync(fd);
  if (stats.isFIFO() || stats.isSocket()) {
    const socket = new Socket({ fd, readable: false, writable: true });
    return { writer: streamWriter(socket, name), continued: false, terminal: false };
  }
  const file = { fd, name, regular: stats.isFile(), sizeBytes: stats.size, owned: false };
  return { writer: fdWriter(file), continued: false, terminal: isatty(fd) };
}

/** A writer on an inherited stream, standard output that is; `name` is for messages. */
export function inheritedOutput(
  stream: Writable & { readonly fd: number },
  name: string,
): RowWriter {
  const { fd } = stream;
  const stats = fstatSync(fd);
  if (stats.isFile()) {
    return fdWriter({ fd, name, regular: true, sizeBytes: stats.size, owned: false });
  }
  // Node knows no datagrams, and takes what is written to such a socket for nothing.
  return stats.isSocket() && !(stream instanceof Socket)
    ? fdWriter({ fd, name, regular: false, sizeBytes: 0, owned: false })
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
