import type { ExpositionFormat } from './exposition.js';

/** Versions of OpenMetrics whose counters and gauges are written as ours are. */
const OPENMETRICS_VERSIONS: ReadonlySet<string | undefined> = new Set([
  undefined,
  '0.0.1',
  '1.0.0',
]);

/**
 * The format for a client with this header Accept (RFC 9110, 12.5.1): OpenMetrics for one that
 * would rather have it, Prometheus's own for all others, a browser among them.
 */
export function formatFor(accept: string | undefined): ExpositionFormat {
  const ranges = (accept ?? '').split(',').map(parseRange);
  const openMetrics = bestOf(ranges, (range) => {
    const version = range.parameters.get('version');
    return range.type === 'application/openmetrics-text' && OPENMETRICS_VERSIONS.has(version);
  });
  const text = bestOf(ranges, ({ type }) => /^(text|\*)\/(plain|\*)$/.test(type));
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'text';
}

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  return {
    type,
    parameters: new Map(
      parameters.map((parameter): [string, string] => {
        const [name = '', value = ''] = parameter.split('=', 2).map((side) => side.trim());
        return [name, value.replace(/^"(.*)"$/, '$1')];
      }),
    ),
  };
}

/** The greatest weight that any such range has; 0 if there is none. */
function bestOf(ranges: readonly MediaRange[], isMeant: (range: MediaRange) => boolean): number {
  const weights = ranges.filter(isMeant).map(({ parameters }) => weightOf(parameters.get('q')));
  return Math.max(0, ...weights);
}

/** 1 where nothing was said; 0, the weight of what is not wanted, where it makes no sense. */
function weightOf(quality: string | undefined): number {
  if (quality === undefined) return 1;
  const weight = Number(quality);
  return quality !== '' && weight >= 0 && weight <= 1 ? weight : 0;
}
