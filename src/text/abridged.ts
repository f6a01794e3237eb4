/** A name of as many parts is no wider than the counts below it. */
const PARTS_AT_MOST = 4;

/** A name that lists what it is for, such as `0+8+16`, short enough for a title: `0+8+...+368`. */
export function abridged(name: string): string {
  const parts = name.split('+');
  return parts.length <= PARTS_AT_MOST
    ? name
    : [...parts.slice(0, 2), '...', parts.at(-1)].join('+');
}
