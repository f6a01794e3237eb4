/**
 * The text that Prometheus scrapes, in its own format 0.0.4 and as OpenMetrics 1.0.0
 * (https://prometheus.io/docs/instrumenting/exposition_formats/, https://openmetrics.io).
 *
 * Written by hand because a counter has 64 bits: as text it keeps every digit, where a client
 * library would make a double of it.
 */

/** What a client may ask for. */
export type ExpositionFormat = 'text' | 'openmetrics';

/** Labels of a metric by their names; values may hold anything. */
export type Labels = Readonly<Record<string, string>>;

/** One line of a family: what its labels say, and the value. */
export interface MetricSample {
  readonly labels: Labels;
  readonly value: bigint | number;
}

/** All that is known under one name. */
export interface Family {
  /** With a counter's `_total`, and in the base unit: seconds, bytes. */
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  /** One sentence. */
  readonly help: string;
  readonly samples: readonly MetricSample[];
}

/** What a page is, for the header Content-Type. */
export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** The page with these families, in their order; those without a sample are left out. */
export function exposition(families: readonly Family[], format: ExpositionFormat): string {
  const pieces = families
    .filter(({ samples }) => samples.length > 0)
    .map((family) => familyText(family, format));
  return `${pieces.join('')}${format === 'openmetrics' ? '# EOF\n' : ''}`;
}

function familyText({ name, type, help, samples }: Family, format: ExpositionFormat): string {
  // OpenMetrics names a counter's family without the suffix that its samples have.
  const family = format === 'openmetrics' ? name.replace(/_total$/, '') : name;
  const lines = samples.map(
    ({ labels, value }) => `${name}${labelText(labels)} ${number(value)}\n`,
  );
  return `# HELP ${family} ${helpText(help, format)}\n# TYPE ${family} ${type}\n${lines.join('')}`;
}

/** An empty label is the same as none, so it is left away. */
function labelText(labels: Labels): string {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** The three characters that end a value, or a line; all others are as they are, in UTF-8. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}

/** The older format knows no quotes in a help text, and would show the backslash. */
function helpText(help: string, format: ExpositionFormat): string {
  return format === 'openmetrics'
    ? escaped(help)
    : help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function number(value: bigint | number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

/** As long as a label may be, in characters: longer ones tell nobody more, but each line has them. */
const MAX_CHARACTERS = 200;

/**
 * A name or a path that is its owner's to choose, as a label: there is a limit to how much of every
 * scrape it can fill.
 */
export function labelValue(text: string): string {
  // Three times as many code units hold as many characters at least, and splitting is not free.
  const characters = [...text.slice(0, 3 * MAX_CHARACTERS)];
  return characters.length > MAX_CHARACTERS
    ? `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…`
    : text;
}
