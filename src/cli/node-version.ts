/**
 * Before it, `readFile` of node:fs/promises ends at the first piece of a file in /proc: of a process's
 * maps it has the first 4 KiB, in which there is no plugin (measured; 20.15 reads all).
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
