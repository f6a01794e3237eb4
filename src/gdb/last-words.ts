/**
 * What gdb warns of because we give it no data directory (see `start`): none of it is why it fails.
 * A line that a later gdb words in another way does no harm, as what comes last is quoted.
 */
const PROVOKED: readonly RegExp[] = [
  /^Warning: \S+: No such file or directory\.$/i,
  /^Python Exception <class 'ModuleNotFoundError'>: No module named 'gdb'/,
  /^(?:gdb: )?warning:$/i,
  /^Could not load the Python gdb module from /,
  /^Limited Python support is available from the _gdb module\.$/,
  /^Suggest passing --data-directory=/,
];

/** The last line of a failing gdb's stderr that says something; '' if there is none. */
export function lastWords(stderr: string): string {
  const said = stderr.split('\n').map((line) => line.trim());
  return said.findLast((line) => line !== '' && !PROVOKED.some((known) => known.test(line))) ?? '';
}
