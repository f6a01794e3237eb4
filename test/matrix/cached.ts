import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** A file that test/matrix/setup.sh has made. */
export function fromMatrix(path: string): string {
  const file = join(import.meta.dirname, '../../.cache/matrix', path);
  if (!existsSync(file)) throw new Error(`${file} is not there; run: npm run test:matrix`);
  return file;
}
