/** What is known of one static variable of a plugin, before any process is looked at. */
export interface Variable {
  /** Link-time address: the load bias is still to be added. */
  readonly addressBytes: bigint;
  readonly sizeBytes: number;
  /** Where the size comes from. */
  readonly source: 'debug information' | 'symbol table';
  /** The type's name as gdb prints it; only with debug information. */
  readonly type?: string;
  /** For a structure with a member `insn_count`: where that lies; only with debug information. */
  readonly counterOffsetBytes?: number;
  /** For an array of structures with a member `insn_count`; only with debug information. */
  readonly element?: {
    readonly sizeBytes: number;
    /** Where `insn_count` lies within it. */
    readonly counterOffsetBytes: number;
  };
}

/** The variables by which the layouts are told apart, by name. Absent ones are not there. */
export type Variables = ReadonlyMap<string, Variable>;
