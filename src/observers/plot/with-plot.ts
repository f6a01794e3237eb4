import type { Observer } from '../observer.js';

/**
 * Lets `use` make a run that is observed for a chart, if there is to be one, and draws it when the
 * run is over, however it ended, as long as it gave a sample.
 *
 * @throws UsageError before the run if the file can't be written, OutputError after it
 */
export async function withPlot<T>(
  path: string | undefined,
  use: (observers: readonly Observer[]) => Promise<T>,
): Promise<T> {
  if (path === undefined) return await use([]);
  const { openPlotFile } = await import('./plot-file.js');
  const { plotObserver } = await import('./plot-observer.js');
  const file = openPlotFile(path);
  const observer = plotObserver();
  try {
    return await use([observer]);
  } finally {
    const svg = observer.svg();
    await (svg === undefined ? file.discard() : file.write(svg));
  }
}
