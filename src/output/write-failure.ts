import { OutputError } from '../errors.js';
import { errorCode, systemWords } from '../text/system-error.js';

/** An `OutputError` in the system's words, such as `no space left on device`. */
export function outputError(
  name: string,
  cause: unknown,
  exit: 'usage' | 'failed' = 'failed',
): OutputError {
  return new OutputError(name, systemWords(cause), exit);
}

/** The reader of a pipe or socket is gone. */
export function isReaderGone(cause: unknown): boolean {
  const code = errorCode(cause);
  return code === 'EPIPE' || code === 'ECONNRESET';
}
