/**
 * The file is not what an ELF reader can use. `reason` goes on from the file's name: "is no ELF
 * file", "is cut short". Not an `IcountError`: what to do about it depends on why the file was
 * read, and this room does not know its path.
 */
export class MalformedElfError extends Error {
  override readonly name = 'MalformedElfError' as const;
  readonly reason: string;

  constructor(reason: string) {
    super(`the file ${reason}`);
    this.reason = reason;
  }
}
