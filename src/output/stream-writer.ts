import type { Writable } from 'node:stream';
import { errorCode } from '../text/system-error.js';
import { isReaderGone, outputError, type RowWriter } from './writer.js';

/** Writes to a pipe, socket or terminal; `name` is for messages. Closing leaves it open. */
export function streamWriter(stream: Writable, name: string): RowWriter {
  // The callback of a write has the error too. Without a listener it would be thrown as uncaught,
  // also when it comes after the last write.
  stream.on('error', () => {});

  return {
    async write(...rows) {
      const error = await new Promise<Error | null | undefined>((resolve) => {
        stream.write(rows.join(''), resolve);
      });
      if (!error) return 'written';
      // All that a write to a stream that failed earlier reports is that it is destroyed.
      const cause = stream.errored ?? error;
      if (isReaderGone(cause) || errorCode(cause) === 'ERR_STREAM_DESTROYED') return 'closed';
      throw outputError(name, cause);
    },
    // Every write was waited for.
    close: async () => {},
  };
}
