import { isUtf8 } from 'node:buffer';

/**
 * Makes a c-string for use as one argument of an MI command. The result has no LF and no unescaped
 * quote: whatever `text` holds, it ends neither the argument nor the command, and starts no other.
 *
 * gdb reads arguments with two parsers (measured with 13.1):
 *
 * - Commands of MI's own (`-data-evaluate-expression`, `-symbol-info-variables`,
 *   `-interpreter-exec`) take `\n \t \r \b \f \a \v`, one to three octal digits, and any other
 *   escaped byte as itself (gdb/mi/mi-parse.c). Raw bytes other than LF and NUL are fine.
 * - Commands that MI hands to the CLI (`-file-exec-and-symbols`, `-file-exec-file`,
 *   `-file-symbol-file`) get the line as it was written, and split it with libiberty's buildargv:
 *   `\"` and `\\` are understood, but no octal, and `\n` is the letter n.
 *
 * Both read back what this makes of valid UTF-8 without LF. LF and bytes that are not UTF-8 (a
 * command is written as UTF-8) must be escaped, and so arrive intact in the first group only: in the
 * second, gdb looks for a file of another name. Give it such a file under a plain name.
 *
 * `-gdb-set` is in neither group: it keeps the quotes as part of the value.
 *
 * The text within `-interpreter-exec console "…"` is a CLI command. It is executed as one, without
 * being split at LF or `;`, but the CLI's words follow each command's own rules, some of which run
 * a shell (`shell`, `pipe`, `$_shell()`): quoting it protects the outer command only, so nothing
 * that a target controls belongs there.
 *
 * Throws a `RangeError` on NUL, which neither a path nor a command can hold.
 */
export function quoteArgument(text: string | Uint8Array): string {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  if (bytes.includes(0)) {
    throw new RangeError('an argument of an MI command cannot hold a NUL byte');
  }
  const escaped = Buffer.from(bytes)
    .toString('latin1')
    .replace(/["\\]/g, '\\$&')
    .replaceAll('\n', '\\n');
  return isUtf8(bytes)
    ? `"${Buffer.from(escaped, 'latin1').toString('utf8')}"`
    : `"${escaped.replace(/[\x80-\xff]/g, octal)}"`;
}

function octal(byte: string): string {
  return `\\${byte.charCodeAt(0).toString(8)}`;
}
