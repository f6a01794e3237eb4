import { readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const STANDARD: Readonly<Record<string, number>> = {
  '/dev/stdin': 0,
  '/dev/stdout': 1,
  '/dev/stderr': 2,
};

/** As many as the kernel follows (path_resolution(7)). */
const MAX_LINKS = 40;

/**
 * The descriptor of ours that a file name stands for, as `/dev/stdout`, `/dev/fd/3`, `-` and links to
 * such do; undefined for any other.
 *
 * It must not be opened by that name: that fails for a socket, such as standard output under
 * systemd, and gives a file a second offset, which overwrites what others write.
 */
export function namedDescriptor(path: string): number | undefined {
  if (path === '-') return 1;
  const ofOurs = new RegExp(`^/(?:dev|proc/self|proc/thread-self|proc/${process.pid})/fd/(\\d+)$`);
  let name = resolve(path);
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const number = ofOurs.exec(name)?.[1] ?? STANDARD[name];
    if (number !== undefined) return Number(number);
    try {
      name = resolve(dirname(name), readlinkSync(name));
    } catch {
      return undefined;
    }
  }
  return undefined;
}
