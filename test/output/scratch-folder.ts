import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A path in a folder of the running test's own, which goes with the test. */
export function scratchPath(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'icount-gdb-output-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, name);
}
