import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fromMatrix } from './cached.ts';

/** A Node that test/matrix/setup.sh has brought. All other tests run on the machine's own. */
export interface NodeChoice {
  /** For instance `v24.21.0`. */
  readonly version: string;
  readonly command: string;
}

export const nodes: readonly NodeChoice[] = ['20.15', '22', '24', '26'].map((line) => {
  const command = fromMatrix(join(`node-${line}`, 'node'));
  return { version: execFileSync(command, ['--version'], { encoding: 'utf8' }).trim(), command };
});
