/** What goes to stderr: all that is not data. */
export interface Messages {
  /** Something the user should know, in one sentence. */
  notice(text: string): void;
  /** What went wrong for good, also where the user asked for quiet. */
  failure(error: unknown): void;
  /** A line of the conversation with gdb; undefined where nobody asked for it. */
  readonly conversation: ((direction: 'sent' | 'received', line: string) => void) | undefined;
  /** Lines that are whole already, such as the summary. */
  text(text: string): void;
  /** Shows that something takes its time, on a terminal; call the result, once or more, when it is over. */
  wait(text: string): Promise<() => void>;
}
