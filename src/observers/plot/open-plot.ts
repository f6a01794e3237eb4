import { constants, existsSync, fstatSync, ftruncateSync, openSync, unlinkSync } from 'node:fs';
import { UsageError } from '../../errors.js';
import { fdWriter } from '../../output/fd-writer.js';
import { systemWords } from '../../text/system-error.js';
import type { Observer } from '../observer.js';
import { PlotLines } from './plot-lines.js';

/**
 * Opens the file that is to hold a chart of the run, such that a run need not be made for a chart that
 * can't be written. It is written when the run is over, however it ended, as long as it gave a sample;
 * what the file holds stays until then.
 *
 * @throws UsageError; `close` rejects with an OutputError
 */
export function openPlot(path: string): Observer {
  const existed = existsSync(path);
  const fd = open(path);
  const regular = fstatSync(fd).isFile();
  const writer = fdWriter({ fd, name: path, regular, sizeBytes: 0, owned: true });
  const lines = new PlotLines();
  return {
    start: (info) => lines.start(info),
    tick: (pid, tick) => lines.tick(pid, tick),
    end: (pid, summary) => lines.end(pid, summary),
    async close() {
      const svg = lines.svg();
      if (svg !== undefined) {
        if (regular) ftruncateSync(fd, 0);
        await writer.write(svg);
      }
      await writer.close();
      if (svg === undefined && !existed && regular) unlinkSync(path);
    },
  };
}

function open(path: string): number {
  try {
    // Without O_NONBLOCK the opening of a FIFO hangs until somebody reads from it.
    const { O_WRONLY, O_CREAT, O_NONBLOCK } = constants;
    return openSync(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0o666);
  } catch (cause) {
    throw new UsageError(
      `can't write ${path}: ${systemWords(cause)}`,
      'give --plot a file that can be written',
    );
  }
}
