import type { Writable } from 'node:stream';
import { isReaderGone, outputError } from './write-failure.js';
import type { RowWriter } from './writer.js';

/** Writes to a pipe, socket or terminal; `name` is for messages. Closing leaves it open. */
export function streamWriter(stream: Writable, name: string): RowWriter {
  let failure: Error | undefined;
  // Stays for good: an error can come after the last write, and would be thrown as uncaught.
  stream.on('error', (error) => {
    failure ??= error;
  });

  return {
    async write(rows) {
      // A write to a stream that has failed reports that it is destroyed, not why.
      failure ??= await new Promise<Error | undefined>((resolve) => {
        stream.write(rows, (error) => resolve(error ?? undefined));
      });
      if (failure === undefined) return 'written';
      if (isReaderGone(failure)) return 'closed';
      throw outputError(name, failure);
    },
    // Every write was waited for.
    close: async () => {},
  };
}
