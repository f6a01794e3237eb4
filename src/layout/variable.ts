/** What is known of one static variable of a plugin, before any process is looked at. */
export interface Variable {
  /** Link-time address: the load bias is still to be added. */
  readonly addressBytes: bigint;
  readonly sizeBytes: number;
  /** Where the size comes from. */
  readonly source: 'debug information' | 'symbol table';
  /** The type's name as gdb prints it; only with debug information. */
  readonly type?: string;
  /** The member `insn_count` of a structure that has one; only with debug information. */
  readonly counter?: Member;
  /** The elements of an array of such structures; only with debug information. */
  readonly element?: { readonly sizeBytes: number; readonly counter: Member };
}

/** A member of a structure. */
export interface Member {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** The variables by which the layouts are told apart, by name. Absent ones are not there. */
export type Variables = ReadonlyMap<string, Variable>;
