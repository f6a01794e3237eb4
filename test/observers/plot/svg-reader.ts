/** Throws unless every element is closed in order, and text and attributes hold no loose markup. */
export function wellFormed(svg: string): void {
  const open: string[] = [];
  const markup =
    /<(\/?)([a-z]+)((?:\s+[a-zA-Z0-9:-]+="[^"<&]*(?:&(?:amp|lt|gt|quot|apos);[^"<&]*)*")*)\s*(\/?)>|([^<]+)/gy;
  let end = 0;
  for (const match of svg.matchAll(markup)) {
    const [whole, closing, name = '', , empty, text] = match;
    end = match.index + whole.length;
    if (text !== undefined) {
      if (/&(?!(?:amp|lt|gt|quot|apos);)/.test(text)) throw new Error(`a loose & in: ${text}`);
    } else if (closing === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else if (empty === '') {
      open.push(name);
    }
  }
  if (end !== svg.length) throw new Error(`no markup: ${svg.slice(end, end + 60)}`);
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
}

/** What the lines of a chart are drawn with. */
export function pathsIn(svg: string): { readonly main: string; readonly lines: readonly string[] } {
  const field = svg.slice(0, svg.lastIndexOf('</g>'));
  const paths = [...field.matchAll(/<path class="line ([^"]*)"[^>]* d="([^"]*)"/g)];
  const of = (isMain: boolean): string[] =>
    paths.flatMap(([, name, path = '']) => ((name === 'main') === isMain ? [path] : []));
  return { main: of(true)[0] ?? '', lines: of(false) };
}
