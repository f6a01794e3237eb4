/** A command line, parted where the command of somebody else begins. */
export interface CommandLine {
  readonly own: readonly string[];
  /** Undefined without a `--`; empty with nothing after it. */
  readonly command: readonly string[] | undefined;
}

/** Parts it at the first `--`: what comes after is not ours to understand. */
export function splitCommand(argv: readonly string[]): CommandLine {
  const at = argv.indexOf('--');
  return at < 0
    ? { own: argv, command: undefined }
    : { own: argv.slice(0, at), command: argv.slice(at + 1) };
}
