import { expect, test } from 'vitest';
import { formatFor } from '../../src/exporter/accept.js';

test.each([
  [
    'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
    'Prometheus 2.42',
  ],
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    'Prometheus 3',
  ],
  ['application/openmetrics-text', 'no version'],
  ['Application/OpenMetrics-Text; Version="1.0.0"', 'quotes and capitals'],
])('OpenMetrics for %s (%s)', (accept, _client) => {
  expect(formatFor(accept)).toBe('openmetrics');
});

test.each([
  [undefined, 'curl without a header'],
  ['*/*', 'curl'],
  ['', 'an empty header'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'a browser'],
  ['text/plain, application/openmetrics-text;q=0.5', 'text is preferred'],
  ['application/openmetrics-text;version=2.0.0', 'a version that is not known'],
  ['application/openmetrics-text;q=0', 'OpenMetrics is refused'],
  ['application/openmetrics-text;q=nonsense', 'a weight that is none'],
  [',;,=;q=;,', 'nonsense'],
])('the plain text format for %s (%s)', (accept, _client) => {
  expect(formatFor(accept)).toBe('text');
});
