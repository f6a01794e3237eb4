/** As long as a label may be, in characters: longer ones tell nobody more, but each line has them. */
const MOST_CHARACTERS = 200;

/**
 * A name or a path that is its owner's to choose, as a label: there is a limit to how much of every
 * scrape it can fill.
 */
export function labelValue(text: string): string {
  // Three times as many code units hold as many characters at least, and splitting is not free.
  const characters = [...text.slice(0, 3 * MOST_CHARACTERS)];
  return characters.length > MOST_CHARACTERS
    ? `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`
    : text;
}
