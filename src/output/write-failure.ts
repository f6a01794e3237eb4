import { getSystemErrorMap } from 'node:util';
import { OutputError } from '../errors.js';

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

/** The code of a system error, such as `ENOSPC`. */
export function errorCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error && 'code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}

/** A system error in the system's words, without its code and call. */
export function systemWords(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const errno = 'errno' in cause && typeof cause.errno === 'number' ? cause.errno : 0;
  return getSystemErrorMap().get(errno)?.[1] ?? cause.message;
}
