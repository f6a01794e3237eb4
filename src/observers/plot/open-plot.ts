import { constants, existsSync, fstatSync, ftruncateSync, openSync, unlinkSync } from 'node:fs';
import { UsageError } from '../../errors.js';
import { namedDescriptor } from '../../output/descriptor.js';
import { fdWriter } from '../../output/fd-writer.js';
import { descriptorOutput } from '../../output/open-output.js';
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
  const lines = new PlotLines();
  const finish = openPlace(path);
  return {
    start: (info) => lines.start(info),
    ticks(pid, ticks) {
      for (const tick of ticks) lines.tick(pid, tick);
    },
    end: (pid, summary) => lines.end(pid, summary),
    close: () => finish(lines.svg()),
  };
}

/** Returns what is to be done with the chart, or without one. */
function openPlace(path: string): (svg: string | undefined) => Promise<void> {
  try {
    const named = namedDescriptor(path);
    if (named !== undefined) {
      const { writer } = descriptorOutput(named, path);
      return async (svg) => {
        if (svg !== undefined) await writer.write(svg);
        await writer.close();
      };
    }
    return openFile(path);
  } catch (cause) {
    throw new UsageError(
      `can't write ${path}: ${systemWords(cause)}`,
      'give --plot a file that can be written',
    );
  }
}

function openFile(path: string): (svg: string | undefined) => Promise<void> {
  const existed = existsSync(path);
  // Without O_NONBLOCK the opening of a FIFO hangs until somebody reads from it.
  const { O_WRONLY, O_CREAT, O_NONBLOCK } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0o666);
  const regular = fstatSync(fd).isFile();
  const writer = fdWriter({ fd, name: path, regular, sizeBytes: 0, owned: true });
  return async (svg) => {
    if (svg !== undefined) {
      if (regular) ftruncateSync(fd, 0);
      await writer.write(svg);
    }
    await writer.close();
    if (svg === undefined && !existed && regular) unlinkSync(path);
  };
}
