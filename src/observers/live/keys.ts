/** What a key asks for. */
export type KeyAction = 'quit' | 'pause' | 'reset' | 'help' | 'interrupt' | 'suspend' | 'abort';

const actions: ReadonlyMap<string, KeyAction> = new Map([
  ['q', 'quit'],
  ['Q', 'quit'],
  ['p', 'pause'],
  ['r', 'reset'],
  ['?', 'help'],
  ['h', 'help'],
  // In raw mode these come as bytes, not as signals (termios(3), ISIG).
  ['\u0003', 'interrupt'],
  ['\u001a', 'suspend'],
  ['\u001c', 'abort'],
]);

/** The actions in a chunk of input. An escape sequence, such as an arrow key's, is no action. */
export function readKeys(chunk: string): readonly KeyAction[] {
  // CSI and SS3 sequences (ECMA-48), and a lone escape.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals send them
  const keys = chunk.replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|O.)?/g, '');
  return Array.from(keys).flatMap((key) => {
    const action = actions.get(key);
    return action === undefined ? [] : [action];
  });
}
