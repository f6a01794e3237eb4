import { constants, existsSync, fstatSync, ftruncateSync, openSync, unlinkSync } from 'node:fs';
import { UsageError } from '../../errors.js';
import { fdWriter } from '../../output/fd-writer.js';
import { systemWords } from '../../output/write-failure.js';

/** A file that is to hold a chart when the run ends. */
export interface PlotFile {
  /** Writes it whole; rejects with an `OutputError`. */
  write(svg: string): Promise<void>;
  /** There is nothing to draw: leaves what was there before. */
  discard(): Promise<void>;
}

/**
 * Opens it, such that a run need not be made for a chart that can't be written. What it holds
 * stays until there is another chart.
 *
 * @throws UsageError
 */
export function openPlotFile(path: string): PlotFile {
  const existed = existsSync(path);
  let fd: number;
  try {
    // Without O_NONBLOCK the opening of a FIFO hangs until somebody reads from it.
    const { O_WRONLY, O_CREAT, O_NONBLOCK } = constants;
    fd = openSync(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0o666);
  } catch (cause) {
    throw new UsageError(
      `can't write ${path}: ${systemWords(cause)}`,
      'give --plot a file that can be written',
    );
  }
  const regular = fstatSync(fd).isFile();
  const writer = fdWriter({ fd, name: path, regular, sizeBytes: 0, owned: true });
  return {
    async write(svg) {
      if (regular) ftruncateSync(fd, 0);
      await writer.write(svg);
      await writer.close();
    },
    async discard() {
      await writer.close();
      if (!existed && regular) unlinkSync(path);
    },
  };
}
