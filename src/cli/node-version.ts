/**
 * In older ones `readFile` of node:fs/promises stops after the first chunk of a /proc file: of a
 * process's maps it gets 4 KiB, which do not reach the plugin (measured; 20.15 reads all).
 */
const OLDEST = { major: 20, minor: 15 } as const;

/** What to say where this Node.js is too old to be right; undefined where it is not. */
export function nodeComplaint(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const { major: oldest, minor: least } = OLDEST;
  if (major > oldest || (major === oldest && minor >= least)) return undefined;
  return (
    `icount-gdb: this is Node.js ${version}, which reads files of /proc in part only\n` +
    `  run it with Node.js ${oldest}.${least} or newer\n`
  );
}
