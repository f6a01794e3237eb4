import { ExitCode } from '../errors.js';
import { printOut } from '../output/open-output.js';
import { PLAIN_TALK, type Request } from './request.js';

/** A text to be printed on standard output, and no more. */
export function textRequest(text: string): Request {
  return {
    kind: 'text',
    options: { text },
    talk: PLAIN_TALK,
    run: async () => {
      await printOut(text);
      return ExitCode.ok;
    },
  };
}
